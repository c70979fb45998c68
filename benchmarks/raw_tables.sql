-- Everything after the load: rejects, indicators a site, trend tables, figures.
set variable available_below = 400;
set variable stale_after_days = 14;
set variable channels_min = 1;

create table division as
select region_code, name_zh, level, city_class is not null as is_key_city,
    case
        when level = 'national' then null
        when region_code = 'XPCC' then 'XPCC'
        else left(region_code, 2) || '0000'
    end as province_code
from read_csv('$seeds/reference/divisions.csv', all_varchar = true)
where coalesce(valid_from, '') <= '2017-12-31' and coalesce(ended_on, '9999') > '2017-12-31';

create macro host_of(url) as
    regexp_replace(
        lower(split_part(split_part(regexp_replace(url, '^[a-zA-Z][a-zA-Z0-9+.-]*://', ''), '/', 1), ':', 1)),
        '^www[.]',
        ''
    );

-- Registry: known divisions; of rows that say the same one, of rows that contradict each other none.
create table registry_fit as
select * exclude (unfit_column) from '$landing/site_registry.parquet' where unfit_column is null;

create table registry as
select *, host_of(home_url) as home_host
from (
    select * exclude (file, sheet, line), min({'file': file, 'sheet': sheet, 'line': line}) as place
    from registry_fit
    where region_code is null or region_code in (select region_code from division)
    group by all
)
qualify count(*) over (partition by site_code) = 1;

-- Those of the government: the trends are of no other.
create table site as
select
    'website:' || site_code as subject_id,
    registry.* exclude (region_code, level),
    division.region_code,
    division.province_code,
    case when registry.level = 'prefecture' and division.is_key_city then 'key_city' else registry.level end as level,
    operating_status <> 'closed' as is_running
from registry
left join division
    on division.region_code = coalesce(
        registry.region_code,
        case
            when registry.level = 'central_department' then '000000'
            when site_code not like 'bm%' then left(site_code, 6)
        end
    )
where registry.system = 'government';

create table host as
select home_host as url_host, min(site_code) as site_code from registry group by all having count(*) = 1;

-- Census and inspections.
create table census as
select *
from (
    select * exclude (file, sheet, line, unfit_column), min({'file': file, 'sheet': sheet, 'line': line}) as place
    from '$landing/platform_census.parquet'
    where unfit_column is null and region_code in (select region_code from division)
    group by all
)
qualify count(*) over (partition by region_code, snapshot_date) = 1;

create table inspection as
select *, year(inspected_date) || 'Q' || quarter(inspected_date) as period
from (
    select * exclude (file, sheet, line, unfit_column), min({'file': file, 'sheet': sheet, 'line': line}) as place
    from '$landing/site_inspection.parquet'
    where unfit_column is null and site_code in (select site_code from registry)
    group by all
)
qualify count(*) over (partition by site_code, inspected_date, tier) = 1;

-- Crawl.
create view page as
select * exclude (unfit_column), case when site_code is null then host_of(url) end as url_host,
    case
        when depth is null
            then not contains(
                regexp_replace(regexp_replace(url, '^[a-zA-Z][a-zA-Z0-9+.-]*://', ''), '/+$$', ''), '/'
            )
        else depth = 0
    end as is_home
from '$landing/site_crawl/*.parquet'
where unfit_column is null;

create table repeated_page as
select page.*
from page
semi join (select url, fetched_at from page group by all having count(*) > 1) as repeated using (url, fetched_at);

create table crawl_reject as
select file, line, 'unknown site' as reason
from page
where
    (site_code is not null and site_code not in (select site_code from registry))
    or (site_code is null and url_host not in (select url_host from host));

insert into crawl_reject
select file, line, 'repeated key'
from repeated_page
where
    {'file': file, 'line': line} not in (
        select place
        from (
            select * exclude (file, line), min({'file': file, 'line': line}) as place from repeated_page group by all
        )
        qualify count(*) over (partition by url, fetched_at) = 1
    )
    and {'file': file, 'line': line} not in (select {'file': file, 'line': line} from crawl_reject);

create view accepted as
select
    'website:' || coalesce(page.site_code, host.site_code) as subject_id,
    page.fetched_at,
    page.fetch_outcome,
    page.is_home,
    page.fetch_outcome = 'ok' as is_answered,
    page.fetch_outcome = 'ok' and coalesce(page.http_status < getvariable('available_below'), true) as is_available,
    page.published_date,
    coalesce(page.published_date > cast(page.fetched_at + interval 8 hours as date), false) as is_dated_after_fetch,
    page.new_media_links,
    page.is_synthetic
from page
anti join crawl_reject on page.file = crawl_reject.file and page.line = crawl_reject.line
left join host on page.url_host = host.url_host;

create table channel as
select
    subject_id,
    count(*) as channel_count,
    max(link_count) filter (where channel = 'weibo') as weibo,
    max(link_count) filter (where channel = 'wechat') as wechat,
    max(link_count) filter (where channel = 'app') as app,
    max(link_count) filter (where channel = 'video') as video
from (
    select subject_id, channel, count(distinct link) as link_count
    from (select distinct subject_id, unnest(new_media_links) as link from accepted where is_available)
    inner join read_csv('$seeds/sites/media_channels.csv', all_varchar = true) on lower(link) like url_pattern
    group by all
)
group by all;

create table fct_site_crawl as
with counted as (
    select
        subject_id,
        count(*) as page_count,
        count(*) filter (where is_home) as home_probe_count,
        count(*) filter (where is_home and is_available) as home_available_count,
        count(*) filter (where is_answered) as answered_count,
        count(*) filter (where is_available) as available_count,
        count(*) filter (where fetch_outcome = 'dns_error') as dns_error_count,
        count(*) filter (where fetch_outcome = 'timeout') as timeout_count,
        count(*) filter (where fetch_outcome in ('connection_refused', 'connection_reset', 'address_unreachable'))
            as connection_error_count,
        count(*) filter (where fetch_outcome = 'tls_error') as tls_error_count,
        count(*) filter (where fetch_outcome = 'other_error') as other_error_count,
        count(*) filter (where not is_home) as inner_page_count,
        count(*) filter (where not is_home and not is_available) as dead_link_count,
        max(published_date) filter (where is_available and not is_dated_after_fetch) as latest_published_date,
        bool_or(is_available and is_dated_after_fetch) as is_dated_after_fetch,
        cast(max(fetched_at) + interval 8 hours as date) as crawled_until_date,
        bool_or(is_available and new_media_links is not null) as is_looked_for,
        bool_or(is_synthetic) as is_synthetic
    from accepted
    group by all
)

select
    2017 as edition,
    subject_id,
    page_count,
    home_probe_count,
    home_available_count,
    case when home_probe_count > 0 then home_available_count / home_probe_count end as home_available_share,
    answered_count,
    available_count,
    dns_error_count,
    timeout_count,
    connection_error_count,
    tls_error_count,
    other_error_count,
    inner_page_count,
    dead_link_count,
    case when inner_page_count > 0 then dead_link_count / inner_page_count end as dead_link_share,
    crawled_until_date,
    latest_published_date,
    crawled_until_date - latest_published_date as days_since_update,
    days_since_update > getvariable('stale_after_days') as is_stale,
    case
        when latest_published_date is not null then null
        when available_count = 0 then 'site_unavailable'
        when is_dated_after_fetch then 'dated_after_fetch'
        else 'no_dated_page'
    end as freshness_null_reason,
    case when available_count = 0 then 'site_unavailable' when not is_looked_for then 'not_looked_for' end
        as new_media_null_reason,
    case when new_media_null_reason is null then coalesce(weibo, 0) end as weibo_link_count,
    case when new_media_null_reason is null then coalesce(wechat, 0) end as wechat_link_count,
    case when new_media_null_reason is null then coalesce(app, 0) end as app_link_count,
    case when new_media_null_reason is null then coalesce(video, 0) end as video_link_count,
    case when new_media_null_reason is null then coalesce(channel.channel_count, 0) end as channel_count,
    case when new_media_null_reason is null then coalesce(channel.channel_count, 0) >= getvariable('channels_min') end
        as is_fused,
    is_synthetic
from counted
left join channel using (subject_id);

-- Trends.
create table trend_2_site_stock as
with running as (select *, coalesce(province_code, 'unlocated') as province from site where is_running)

select 'running_sites' as measure, 'total' as breakdown, 'all' as group_code, count(*) as numerator,
    cast(null as bigint) as denominator, cast(count(*) as double) as value
from running
union all
select 'running_sites', 'level', level, count(*), null, count(*) from running group by all
union all
select 'running_sites', 'province', province, count(*), null, count(*) from running group by all
union all
select 'running_sites', 'level_role', level || ':' || site_role, count(*), null, count(*) from running group by all;

create table stock as
select site.site_code, days.stock_date, days.inspection_period
from site
cross join (from read_csv('$seeds/sites/stock_dates.csv', all_varchar = true) where edition = '2017') as days
where
    coalesce(opened_date <= cast(stock_date as date), true)
    and case when closed_date is not null then closed_date > cast(stock_date as date) else is_running end;

create table trend_2_site_flow as
select 'stock_sites' as measure, 'stock_date' as breakdown, stock_date as group_code, count(*) as numerator,
    cast(null as bigint) as denominator, cast(count(*) as double) as value
from stock
group by stock_date;

create table trend_2_site_inspection as
with latest as (
    select * from inspection
    qualify row_number() over (partition by site_code, period, tier order by inspected_date desc) = 1
),

counted as (
    select
        case
            when grouping(level) = 0 then 'period_tier_level'
            when grouping(province) = 0 then 'period_tier_province'
            else 'period_tier'
        end as breakdown,
        concat_ws(':', period, tier, level, province) as group_code,
        count(*) as inspected,
        count(*) filter (where is_passed) as passed,
        count(*) filter (where not is_passed) as failed
    from (
        select latest.*, site.level, coalesce(site.province_code, 'unlocated') as province
        from latest
        inner join site on latest.site_code = site.site_code
    )
    group by grouping sets ((period, tier), (period, tier, level), (period, tier, province))
)

select 'inspected_sites' as measure, breakdown, group_code, inspected as numerator,
    cast(null as bigint) as denominator, cast(inspected as double) as value
from counted
union all
select 'pass_share', breakdown, group_code, passed, inspected, passed / inspected from counted
union all
select 'inspected_share', 'period_tier', rounds.period || ':' || rounds.tier, count(latest.site_code), count(*),
    count(latest.site_code) / count(*)
from (select distinct period, tier from latest where site_code in (select site_code from site)) as rounds
inner join stock on rounds.period = stock.inspection_period
left join latest
    on stock.site_code = latest.site_code and rounds.period = latest.period and rounds.tier = latest.tier
group by rounds.period, rounds.tier
union all
select 'failed_sites', breakdown, group_code, failed, null, failed
from counted
where breakdown = 'period_tier' and failed > 0;

create table trend_3_platform_coverage as
with latest as (
    select
        region_code,
        case when region_code = 'XPCC' then 'corps' else 'province' end as unit_class,
        has_integrated_platform as integrated,
        has_integrated_platform and coalesce(covers_province and covers_city and covers_county, false) as three_level
    from census
    qualify row_number() over (partition by region_code order by snapshot_date desc) = 1
),

counted as (
    select
        case
            when grouping(unit_class) = 0 then 'unit_class'
            when grouping(region_code) = 0 then 'unit'
            else 'total'
        end as breakdown,
        coalesce(unit_class, region_code, 'all') as group_code,
        count(*) as units,
        count(*) filter (where integrated) as integrated,
        count(*) filter (where three_level) as three_level
    from latest
    group by grouping sets ((), (unit_class), (region_code))
)

select 'integrated_platforms' as measure, breakdown, group_code, integrated as numerator, units as denominator,
    cast(integrated as double) as value
from counted
union all
select 'three_level_platforms', breakdown, group_code, three_level, units, three_level from counted;

create table trend_4_channel_fusion as
with counted as (
    select
        if(grouping(level) = 0, 'level', 'total') as breakdown,
        coalesce(level, 'all') as group_code,
        count(*) as portals,
        count(*) filter (where is_fused) as fused,
        count(*) filter (where weibo_link_count > 0) as weibo,
        count(*) filter (where wechat_link_count > 0) as wechat,
        count(*) filter (where app_link_count > 0) as app,
        count(*) filter (where video_link_count > 0) as video
    from site
    inner join fct_site_crawl using (subject_id)
    where site_role = 'portal' and is_running and new_media_null_reason is null
    group by grouping sets ((), (level))
)

select measure || '_share' as measure, breakdown, group_code, numerator, portals as denominator,
    numerator / portals as value
from (unpivot counted on fused, weibo, wechat, app, video into name measure value numerator);

create table trend_cell as
select 'trend_2_site_stock' as trend_table, * from trend_2_site_stock
union all
select 'trend_2_site_flow', * from trend_2_site_flow
union all
select 'trend_2_site_inspection', * from trend_2_site_inspection
union all
select 'trend_3_platform_coverage', * from trend_3_platform_coverage
union all
select 'trend_4_channel_fusion', * from trend_4_channel_fusion;

-- Figures.
create table figure as
with joined as (
    select
        figures.figure_id,
        trend_cell.numerator,
        trend_cell.denominator,
        trend_cell.value as computed,
        cast(figures.published_value as double) as published,
        case
            when cast(qualifiers.is_rounded as boolean)
                then round(abs(computed - published), 9) <= 0.5 * power(10, -cast(figures.published_decimals as integer))
            else
                (
                    qualifiers.lower_factor is null
                    or computed > published * cast(qualifiers.lower_factor as double)
                    or (
                        cast(qualifiers.is_lower_included as boolean)
                        and computed = published * cast(qualifiers.lower_factor as double)
                    )
                )
                and (
                    qualifiers.upper_factor is null
                    or computed < published * cast(qualifiers.upper_factor as double)
                    or (
                        cast(qualifiers.is_upper_included as boolean)
                        and computed = published * cast(qualifiers.upper_factor as double)
                    )
                )
        end as agrees,
        figures.claim_id in (
            select claim_id from read_csv('$seeds/bulletin/claim_contradictions.csv', all_varchar = true)
            where edition = '2017' and cast(is_decisive as boolean)
        ) as is_contradicted
    from read_csv('$seeds/trends/figures.csv', all_varchar = true) as figures
    left join read_csv('$seeds/trends/qualifiers.csv', all_varchar = true) as qualifiers using (qualifier)
    left join trend_cell using (trend_table, measure, breakdown, group_code)
    where figures.edition = '2017'
)

select
    figure_id,
    numerator,
    denominator,
    computed,
    published,
    case
        when is_contradicted then 'contradicted'
        when computed is null then 'not_computable'
        when published is null then 'unpublished'
        when agrees then 'agrees'
        else 'differs'
    end as verdict
from joined;

-- What was left out, row by row, and how many rows that were of each source.
create table reject as
select 'site_crawl' as source, file, null as sheet, line, unfit_column as reason
from '$landing/site_crawl/*.parquet'
where unfit_column is not null
union all
select 'site_crawl', file, null, line, reason from crawl_reject
union all
select 'site_registry', file, sheet, line, coalesce(unfit_column, 'unknown division or repeated key')
from '$landing/site_registry.parquet'
where {'file': file, 'sheet': sheet, 'line': line} not in (select place from registry)
union all
select 'platform_census', file, sheet, line, coalesce(unfit_column, 'unknown division or repeated key')
from '$landing/platform_census.parquet'
where {'file': file, 'sheet': sheet, 'line': line} not in (select place from census)
union all
select 'site_inspection', file, sheet, line, coalesce(unfit_column, 'unknown site or repeated key')
from '$landing/site_inspection.parquet'
where {'file': file, 'sheet': sheet, 'line': line} not in (select place from inspection);

copy site to '$tables/site.parquet' (compression zstd);
copy inspection to '$tables/inspection.parquet' (compression zstd);
copy census to '$tables/census.parquet' (compression zstd);
copy (from fct_site_crawl order by subject_id) to '$tables/fct_site_crawl.parquet' (compression zstd);
copy trend_cell to '$tables/trend_cell.parquet' (compression zstd);
copy figure to '$tables/figure.parquet' (compression zstd);
copy reject to '$tables/reject.parquet' (compression zstd);
