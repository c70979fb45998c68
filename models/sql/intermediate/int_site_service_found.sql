{{ config(materialized='table') }}

-- An open-data portal is found by what its pages are called; only sites of which a page with a title was reached.
with pages as (
    select
        edition,
        site_code,
        url_host,
        fetch_outcome,
        http_status,
        title,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from {{ ref('stg_site_crawl') }}
    where title is not null
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

patterns as (
    select * from {{ ref('service_patterns') }}
),

kept as (
    select
        pages.edition,
        concat('website:', coalesce(pages.site_code, hosts.site_code)) as subject_id,
        pages.title,
        pages.is_synthetic
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
),

reached as (
    select
        edition,
        subject_id,
        bool_or(is_synthetic) as is_synthetic
    from kept
    group by edition, subject_id
),

offered as (
    select distinct
        kept.edition,
        kept.subject_id
    from kept
    inner join patterns on patterns.service_code = 'open_data' and kept.title like patterns.pattern
),

found as (
    select
        reached.edition,
        reached.subject_id,
        offered.subject_id is not null as has_open_data,
        reached.is_synthetic
    from reached
    left join offered on reached.edition = offered.edition and reached.subject_id = offered.subject_id
)

select * from found
