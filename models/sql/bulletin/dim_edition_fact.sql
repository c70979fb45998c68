with typed as (
    select * from {{ ref('edition_facts') }}
),

documents as (
    select
        document_id,
        document_number,
        {{ day_in_words('issued_date', 'zh') }} as date_zh,
        {{ day_in_words('issued_date', 'en') }} as date_en
    from {{ ref('official_documents') }}
),

-- Number and day of a document are those of the record of documents.
facts as (
    select
        typed.edition,
        typed.fact_code,
        typed.fact_order,
        typed.name_zh,
        typed.name_en,
        {{ filled_in('typed.text_zh', {'number': 'documents.document_number', 'date': 'documents.date_zh'}) }}
            as text_zh,
        {{ filled_in('typed.text_en', {'number': 'documents.document_number', 'date': 'documents.date_en'}) }}
            as text_en,
        typed.claim_id
    from typed
    left join documents on typed.document_id = documents.document_id
),

editions as (
    select * from {{ ref('editions') }}
),

-- The first year counts: 2002 to 2017 are sixteen.
counted as (
    select
        edition,
        'consecutive_years' as fact_code,
        fact_order + 1 as fact_order,
        '连续开展年数' as name_zh,
        'Years running' as name_en,
        cast(edition - cast(text_zh as integer) + 1 as string) as text_zh,
        cast(edition - cast(text_en as integer) + 1 as string) as text_en,
        claim_id
    from facts
    where fact_code = 'first_year'
),

dated as (
    select
        edition,
        'document_date' as fact_code,
        89 as fact_order,
        '成文日期' as name_zh,
        'Date of the document' as name_en,
        {{ day_in_words('document_date', 'zh') }} as text_zh,
        {{ day_in_words('document_date', 'en') }} as text_en,
        cast(null as string) as claim_id
    from editions
    union all
    select
        edition,
        'stock_date' as fact_code,
        90 as fact_order,
        '网站存量时点' as name_zh,
        'Day of the stock of sites' as name_en,
        cast(stock_date as string) as text_zh,
        cast(stock_date as string) as text_en,
        cast(null as string) as claim_id
    from editions
    union all
    select
        edition,
        'collected_until' as fact_code,
        91 as fact_order,
        '采集截止日' as name_zh,
        'Collected until' as name_en,
        cast(collected_until as string) as text_zh,
        cast(collected_until as string) as text_en,
        cast(null as string) as claim_id
    from editions
),

stated as (
    select * from facts
    union all
    select * from counted
    union all
    select * from dated
)

select * from stated
