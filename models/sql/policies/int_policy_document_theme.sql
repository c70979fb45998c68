with documents as (
    select
        *,
        concat_ws(' ', title, themes, keywords) as searched_text
    from {{ believed('policy_document') }}
),

regions as (
    select * from {{ ref('dim_region') }}
),

provinces as (
    select * from regions
    where level = 'province' and is_evaluated
),

patterns as (
    select * from {{ ref('policy_theme_patterns') }}
),

issuers as (
    select * from {{ ref('policy_issuers') }}
),

located as (
    select
        documents.edition,
        documents.title,
        documents.issued_date,
        documents.issuer,
        documents.searched_text,
        max(coalesce(regions.province_code, provinces.region_code)) as province_code,
        max(issuers.issuer_level) as central_level,
        bool_or(documents.is_synthetic) as is_synthetic
    from documents
    left join regions on documents.edition = regions.edition and documents.region_code = regions.region_code
    left join provinces
        on
            documents.edition = provinces.edition
            and documents.region_code is null
            and documents.issuer like concat(provinces.name_zh, '%')
    left join issuers on documents.issuer like issuers.pattern
    group by
        documents.edition, documents.title, documents.issued_date, documents.issuer, documents.searched_text
),

placed as (
    select
        edition,
        title,
        issued_date,
        issuer,
        searched_text,
        province_code,
        case
            when province_code is not null then 'province'
            else coalesce(central_level, 'unlocated')
        end as issuer_level,
        is_synthetic
    from located
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
