with pages as (
    select
        edition,
        subject_id,
        new_media_links
    from {{ ref('int_site_crawl_classified') }}
    where is_available
),

channels as (
    select * from {{ ref('media_channels') }}
),

links as (
    select distinct
        pages.edition,
        pages.subject_id,
        link
    from pages
    {{ unnest_join('pages.new_media_links', 'link') }}
),

found as (
    select
        links.edition,
        links.subject_id,
        channels.channel,
        count(distinct links.link) as link_count
    from links
    inner join channels on lower(links.link) like channels.url_pattern
    group by links.edition, links.subject_id, channels.channel
)

select * from found
