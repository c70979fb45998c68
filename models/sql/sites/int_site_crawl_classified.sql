with crawled as (
    select pages.*
    from {{ ref('int_site_crawl_page') }} as pages
    left join {{ ref('int_site_crawl_reason') }} as reasons
        on
            pages.edition = reasons.edition
            and pages.file_id = reasons.file_id
            and pages.row_number = reasons.row_number
            and coalesce(pages.sheet, '') = coalesce(reasons.sheet, '')
    where reasons.row_number is null
),

hosts as (
    select * from {{ ref('int_site_host') }}
),

outcomes as (
    select * from {{ ref('fetch_outcomes') }}
),

parameters as (
    {{ parameters(['crawl.available_status_below', 'crawl.utc_offset_hours']) }}
),

classified as (
    select
        crawled.edition,
        concat('website:', coalesce(crawled.site_code, hosts.site_code)) as subject_id,
        crawled.fetched_at,
        crawled.fetch_outcome,
        crawled.is_home,
        outcomes.is_answered,
        outcomes.is_answered
        and coalesce(crawled.http_status < parameters.crawl_available_status_below, true) as is_available,
        crawled.published_date,
        {{ is_dated_after_fetch('crawled', 'parameters.crawl_utc_offset_hours') }} as is_dated_after_fetch,
        crawled.new_media_links,
        crawled.stratum,
        crawled.inclusion_probability,
        crawled.is_synthetic,
        crawled.file_id,
        crawled.sheet,
        crawled.row_number
    from crawled
    left join hosts on crawled.edition = hosts.edition and crawled.url_host = hosts.url_host
    inner join outcomes on crawled.fetch_outcome = outcomes.fetch_outcome
    inner join parameters on crawled.edition = parameters.edition
)

select * from classified
