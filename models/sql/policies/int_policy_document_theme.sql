with documents as (
    select * from {{ ref('int_policy_document_located') }}
),

patterns as (
    select * from {{ ref('policy_theme_patterns') }}
),

themed as (
    select distinct
        documents.edition,
        documents.title,
        documents.issued_date,
        patterns.theme_code,
        documents.province_code,
        documents.issuer_level,
        documents.is_synthetic
    from documents
    inner join patterns on documents.searched_text like patterns.pattern
)

select * from themed
