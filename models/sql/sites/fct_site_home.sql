with pages as (
    select * from {{ believed('site_crawl') }}
    where is_home and (has_viewport is not null or has_search_box is not null or declared_site_code is not null)
),

hosts as (
    select * from {{ ref('int_site_host') }}
),

placed as (
    select
        pages.*,
        concat('website:', coalesce(pages.site_code, hosts.site_code)) as subject_id,
        coalesce(pages.site_code, hosts.site_code) as registered_site_code,
        {{ row_place('pages.') }} as place
    from pages
    left join hosts on pages.edition = hosts.edition and pages.url_host = hosts.url_host
),

ordered as (
    select
        *,
        row_number() over (partition by edition, subject_id order by fetched_at desc, place asc) as page_order
    from placed
),

latest as (
    select * from ordered
    where page_order = 1
),

listed as (
    select
        latest.edition,
        latest.subject_id,
        count(*) as listed_count,
        max(cast(listed_date as date)) as latest_listed_date
    from latest
    {{ unnest_join('latest.listed_dates', 'listed_date') }}
    group by latest.edition, latest.subject_id
),

homes as (
    select
        latest.edition,
        latest.subject_id,
        latest.fetched_at,
        latest.title,
        latest.charset,
        latest.html_lang,
        latest.has_viewport,
        latest.has_search_box,
        latest.has_robot,
        latest.declared_site_code,
        latest.declared_site_code = latest.registered_site_code as is_code_confirmed,
        coalesce(listed.listed_count, 0) as listed_count,
        listed.latest_listed_date,
        latest.is_synthetic,
        latest.file_id,
        latest.sheet,
        latest.row_number
    from latest
    left join listed on latest.edition = listed.edition and latest.subject_id = listed.subject_id
)

select * from homes
