with facts as (
    select * from {{ ref('official_facts') }}
),

documents as (
    select * from {{ ref('official_documents') }}
),

series as (
    select * from {{ ref('official_series_names') }}
),

group_names as (
    select
        label_code as group_code,
        name_zh,
        name_en
    from {{ ref('dim_label') }}
    where label_kind = 'group'
    union all
    select
        region_code as group_code,
        max(name_zh) as name_zh,
        max(name_en) as name_en
    from {{ ref('dim_region') }}
    where level in ('province', 'national')
    group by region_code
),

declines as (
    select * from facts
    where series_code = 'site_decline_share'
),

-- A table of one year with its decline says what the year before was, to the nearest whole.
year_before as (
    select
        concat(
            'site_stock.',
            cast(cast(substring(stocks.as_of, 1, 4) as integer) - 1 as string),
            substring(stocks.as_of, 5, 3),
            '.',
            stocks.group_code
        ) as fact_id,
        stocks.series_code,
        concat(
            cast(cast(substring(stocks.as_of, 1, 4) as integer) - 1 as string), substring(stocks.as_of, 5, 3)
        ) as as_of,
        stocks.group_code,
        cast(round(stocks.value / (1 - declines.value), 0) as double) as value,
        stocks.unit,
        stocks.qualifier,
        stocks.tier,
        stocks.document_id,
        stocks.confidence,
        true as is_derived,
        '由次年数与降幅反算并取整' as note_zh,
        'Computed back from the year after and its decline, rounded' as note_en
    from facts as stocks
    inner join declines on stocks.as_of = declines.as_of and stocks.group_code = declines.group_code
    where stocks.series_code = 'site_stock'
),

numbers as (
    select
        *,
        false as is_computed
    from facts
    union all
    select
        *,
        true as is_computed
    from year_before
),

described as (
    select
        numbers.fact_id,
        numbers.series_code,
        series.series_order,
        series.name_zh as series_name_zh,
        series.name_en as series_name_en,
        numbers.as_of,
        numbers.group_code,
        group_names.name_zh as group_name_zh,
        group_names.name_en as group_name_en,
        numbers.value,
        numbers.unit,
        numbers.qualifier,
        numbers.tier,
        numbers.document_id,
        documents.document_number,
        documents.title_zh as document_title_zh,
        documents.title_en as document_title_en,
        documents.issuer_zh,
        documents.issuer_en,
        numbers.confidence,
        numbers.is_derived,
        numbers.is_computed,
        numbers.note_zh,
        numbers.note_en
    from numbers
    left join documents on numbers.document_id = documents.document_id
    left join series on numbers.series_code = series.series_code
    left join group_names on numbers.group_code = group_names.group_code
)

select * from described
