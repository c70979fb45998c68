with documents as (
    select
        *,
        concat_ws(' ', title, themes, keywords) as searched_text
    from {{ believed('policy_document') }}
),

regions as (
    select
        *,
        case when is_key_city then 'key_city' else level end as issuer_level
    from {{ ref('dim_region') }}
    where level <> 'national'
),

provinces as (
    select * from regions
    where level = 'province' and is_evaluated
),

-- Divisions as issuers name them: behind the province, and a county behind its city as well.
full_names as (
    select
        edition,
        region_code,
        name_zh as full_name
    from provinces
    union all
    select
        regions.edition,
        regions.region_code,
        concat(provinces.name_zh, regions.name_zh) as full_name
    from regions
    inner join provinces on regions.edition = provinces.edition and regions.province_code = provinces.region_code
    where regions.level <> 'province'
    union all
    select
        regions.edition,
        regions.region_code,
        concat(provinces.name_zh, cities.name_zh, regions.name_zh) as full_name
    from regions
    inner join regions as cities on regions.edition = cities.edition and regions.parent_code = cities.region_code
    inner join provinces on regions.edition = provinces.edition and regions.province_code = provinces.region_code
    where regions.level = 'county' and cities.level <> 'province'
),

patterns as (
    select * from {{ ref('policy_theme_patterns') }}
),

issuers as (
    select * from {{ ref('policy_issuers') }}
),

-- 北京市海淀区 is no 北京市: the longest name that the issuer begins with says who it is. Of names that an issuer begins
-- with, the longest is the last in order.
matching as (
    select
        documents.edition,
        documents.issuer,
        full_names.region_code,
        row_number() over (
            partition by documents.edition, documents.issuer
            order by full_names.full_name desc, full_names.region_code asc
        ) as place
    from documents
    inner join full_names
        on
            documents.edition = full_names.edition
            and documents.region_code is null
            and documents.issuer like concat(full_names.full_name, '%')
),

named as (
    select * from matching
    where place = 1
),

placed as (
    select
        documents.edition,
        documents.title,
        documents.issued_date,
        documents.issuer,
        documents.searched_text,
        max(regions.province_code) as province_code,
        coalesce(max(regions.issuer_level), max(issuers.issuer_level), 'unlocated') as issuer_level,
        bool_or(documents.is_synthetic) as is_synthetic
    from documents
    left join named on documents.edition = named.edition and documents.issuer = named.issuer
    left join regions
        on
            documents.edition = regions.edition
            and coalesce(documents.region_code, named.region_code) = regions.region_code
    left join issuers on documents.issuer like issuers.pattern
    group by
        documents.edition, documents.title, documents.issued_date, documents.issuer, documents.searched_text
),

themed as (
    select
        placed.edition,
        placed.title,
        placed.issued_date,
        patterns.theme_code,
        placed.issuer,
        placed.province_code,
        placed.issuer_level,
        placed.is_synthetic
    from placed
    inner join patterns on placed.searched_text like patterns.pattern
    union all
    select
        edition,
        title,
        issued_date,
        'any' as theme_code,
        issuer,
        province_code,
        issuer_level,
        is_synthetic
    from placed
)

select distinct * from themed
