with source as (
    select * from {{ source('raw', 'site_crawl') }}
),

fit as (
    select
        edition,
        site_code,
        url,
        final_url,
        fetched_at,
        fetch_outcome,
        http_status,
        depth,
        media_type,
        title,
        published_date,
        response_ms,
        new_media_links,
        parse_outcome,
        charset,
        html_lang,
        has_viewport,
        has_search_box,
        has_robot,
        listed_dates,
        declared_site_code,
        page_tags,
        is_synthetic,
        case when site_code is null then {{ url_host('url') }} end as url_host,
        case when depth is null then {{ url_is_bare('url') }} else depth = 0 end as is_home,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
