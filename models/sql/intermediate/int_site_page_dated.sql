{#- Pages that state when they were published and what they are called; what was rejected is left out. -#}
with pages as (
    select
        edition,
        site_code,
        url_host,
        published_date,
        fetch_outcome,
        http_status,
        concat_ws(' ', title, page_tags) as searched_text,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from {{ ref('stg_site_crawl') }}
    where published_date is not null and title is not null
),

rejected as (
    select * from {{ ref('int_site_crawl_rejected') }}
),

hosts as (
    select * from {{ ref('int_site_host') }}
),

outcomes as (
    select * from {{ ref('fetch_outcomes') }}
),

parameters as (
    select * from {{ ref('int_parameter_pivoted') }}
),

kept as (
    select
        pages.edition,
        concat('website:', coalesce(pages.site_code, hosts.site_code)) as subject_id,
        pages.published_date,
        pages.searched_text,
        pages.is_synthetic,
        pages.file_id,
        pages.sheet,
        pages.row_number
    from pages
    inner join outcomes on pages.fetch_outcome = outcomes.fetch_outcome
    inner join parameters on pages.edition = parameters.edition
    left join hosts on pages.edition = hosts.edition and pages.url_host = hosts.url_host
    left join rejected
        on
            pages.edition = rejected.edition
            and pages.file_id = rejected.file_id
            and pages.row_number = rejected.row_number
            and coalesce(pages.sheet, '') = coalesce(rejected.sheet, '')
    where
        rejected.row_number is null
        and outcomes.is_answered
        and coalesce(pages.http_status < parameters.available_status_below, true)
)

select * from kept
