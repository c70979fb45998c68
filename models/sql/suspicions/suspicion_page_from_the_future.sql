with pages as (
    select * from {{ ref('int_site_crawl_classified') }}
    where published_date is not null
),

parameters as (
    select * from {{ ref('int_parameter_pivoted') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

counted as (
    select
        pages.edition,
        pages.subject_id,
        count(*) as page_count,
        max(pages.published_date) as latest_published_date,
        max(cast({{ plus_hours('pages.fetched_at', 'parameters.utc_offset_hours') }} as date)) as latest_fetched_date
    from pages
    inner join parameters on pages.edition = parameters.edition
    where pages.published_date > cast({{ plus_hours('pages.fetched_at', 'parameters.utc_offset_hours') }} as date)
    group by pages.edition, pages.subject_id
),

suspicions as (
    select
        counted.edition,
        'page_from_the_future' as suspicion_code,
        counted.subject_id,
        'site_crawl' as source,
        subjects.file_id,
        subjects.sheet,
        subjects.row_number,
        concat(cast(counted.latest_published_date as string), ' (', cast(counted.page_count as string), ')') as seen,
        concat('<= ', cast(counted.latest_fetched_date as string)) as expected,
        subjects.is_synthetic
    from counted
    inner join subjects on counted.edition = subjects.edition and counted.subject_id = subjects.subject_id
)

select * from suspicions
