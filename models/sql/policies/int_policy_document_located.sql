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
)

select * from placed
