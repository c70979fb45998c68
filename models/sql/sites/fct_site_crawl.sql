with pages as (
    select * from {{ ref('int_site_crawl_classified') }}
),

links as (
    select distinct
        available.edition,
        available.subject_id,
        link
    from (
        select * from pages
        where is_available
    ) as available
    {{ unnest_join('available.new_media_links', 'link') }}
),

found_channels as (
    select
        links.edition,
        links.subject_id,
        channels.channel,
        count(distinct links.link) as link_count
    from links
    inner join {{ ref('media_channels') }} as channels on lower(links.link) like channels.url_pattern
    group by links.edition, links.subject_id, channels.channel
),

channels as (
    select
        edition,
        subject_id,
        count(*) as channel_count,
        max(case when channel = 'weibo' then link_count end) as weibo_link_count,
        max(case when channel = 'wechat' then link_count end) as wechat_link_count,
        max(case when channel = 'app' then link_count end) as app_link_count,
        max(case when channel = 'video' then link_count end) as video_link_count
    from found_channels
    group by edition, subject_id
),

parameters as (
    {{ parameters(['crawl.stale_after_days', 'crawl.utc_offset_hours', 'fusion.channels_min']) }}
),

counted as (
    select
        edition,
        subject_id,
        count(*) as page_count,
        count(case when is_home then 1 end) as home_probe_count,
        count(case when is_home and is_available then 1 end) as home_available_count,
        count(case when is_answered then 1 end) as answered_count,
        count(case when is_available then 1 end) as available_count,
        count(case when not is_home then 1 end) as inner_page_count,
        count(case when not is_home and not is_available then 1 end) as dead_link_count,
        count(case when fetch_outcome = 'dns_error' then 1 end) as dns_error_count,
        count(case when fetch_outcome = 'timeout' then 1 end) as timeout_count,
        count(
            case when fetch_outcome in ('connection_refused', 'connection_reset', 'address_unreachable') then 1 end
        ) as connection_error_count,
        count(case when fetch_outcome = 'tls_error' then 1 end) as tls_error_count,
        count(case when fetch_outcome = 'other_error' then 1 end) as other_error_count,
        max(case when is_available and not is_dated_after_fetch then published_date end) as latest_published_date,
        bool_or(is_available and is_dated_after_fetch) as is_dated_after_fetch,
        max(fetched_at) as latest_fetched_at,
        bool_or(is_available and new_media_links is not null) as is_new_media_looked_for,
        max(stratum) as stratum,
        max(inclusion_probability) as inclusion_probability,
        bool_or(is_synthetic) as is_synthetic
    from pages
    group by edition, subject_id
),

dated as (
    select
        counted.*,
        cast(
            {{ plus_hours('counted.latest_fetched_at', 'parameters.crawl_utc_offset_hours') }} as date
        ) as crawled_until_date
    from counted
    inner join parameters on counted.edition = parameters.edition
),

measured as (
    select
        dated.*,
        {{ days_between('dated.latest_published_date', 'dated.crawled_until_date') }} as days_since_update,
        case
            when dated.available_count = 0 then 'site_unavailable'
            when not dated.is_new_media_looked_for then 'not_looked_for'
        end as new_media_null_reason
    from dated
),

joined as (
    select
        measured.edition,
        measured.subject_id,
        measured.page_count,
        measured.home_probe_count,
        measured.home_available_count,
        {{ share('measured.home_available_count', 'measured.home_probe_count') }} as home_available_share,
        measured.answered_count,
        measured.available_count,
        measured.dns_error_count,
        measured.timeout_count,
        measured.connection_error_count,
        measured.tls_error_count,
        measured.other_error_count,
        measured.inner_page_count,
        measured.dead_link_count,
        {{ share('measured.dead_link_count', 'measured.inner_page_count') }} as dead_link_share,
        measured.crawled_until_date,
        measured.latest_published_date,
        cast(measured.days_since_update as integer) as days_since_update,
        measured.days_since_update > parameters.crawl_stale_after_days as is_stale,
        case
            when measured.latest_published_date is not null then null
            when measured.available_count = 0 then 'site_unavailable'
            when measured.is_dated_after_fetch then 'dated_after_fetch'
            else 'no_dated_page'
        end as freshness_null_reason,
        case when measured.new_media_null_reason is null then coalesce(channels.weibo_link_count, 0) end
            as weibo_link_count,
        case when measured.new_media_null_reason is null then coalesce(channels.wechat_link_count, 0) end
            as wechat_link_count,
        case when measured.new_media_null_reason is null then coalesce(channels.app_link_count, 0) end
            as app_link_count,
        case when measured.new_media_null_reason is null then coalesce(channels.video_link_count, 0) end
            as video_link_count,
        case when measured.new_media_null_reason is null then coalesce(channels.channel_count, 0) end
            as channel_count,
        case
            when measured.new_media_null_reason is null
                then coalesce(channels.channel_count, 0) >= parameters.fusion_channels_min
        end as is_fused,
        measured.new_media_null_reason,
        measured.stratum,
        measured.inclusion_probability,
        measured.is_synthetic
    from measured
    inner join parameters on measured.edition = parameters.edition
    left join channels on measured.edition = channels.edition and measured.subject_id = channels.subject_id
)

select * from joined
