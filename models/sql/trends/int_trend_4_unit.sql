with subjects as (
    select
        edition,
        subject_id,
        subject_kind,
        site_code,
        site_role,
        system,
        is_running,
        level,
        coalesce(level, 'unlocated') as placed_level
    from {{ ref('dim_subject') }}
),

government_portals as (
    select * from subjects
    where {{ is_government_portal('subjects') }}
),

portals as (
    select
        government_portals.edition,
        government_portals.subject_id,
        government_portals.level,
        crawls.is_fused,
        crawls.weibo_link_count,
        crawls.wechat_link_count,
        crawls.app_link_count,
        crawls.video_link_count,
        crawls.stratum,
        1 / crawls.inclusion_probability as weight,
        crawls.is_synthetic
    from government_portals
    inner join {{ ref('fct_site_crawl') }} as crawls
        on government_portals.edition = crawls.edition and government_portals.subject_id = crawls.subject_id
    where crawls.new_media_null_reason is null
),

-- How much of the portals the crawl saw, of which everything else here is.
{{ crawl_coverage('government_portals', 'portals', ['level'], crawl=ref('fct_site_crawl')) }},

accounts as (
    select
        registered.edition,
        subjects.subject_id,
        subjects.subject_kind as channel,
        subjects.site_code,
        subjects.placed_level as level,
        coalesce(registered.is_main, false) as is_main,
        registered.operating_status = 'dormant' as is_dormant,
        registered.operating_status = 'closed' as is_closed,
        registered.is_synthetic
    from {{ believed('account_registry') }} as registered
    inner join subjects
        on
            registered.edition = subjects.edition
            and {{ subject_id('registered.subject_kind', 'registered.subject_code') }} = subjects.subject_id
),

kept as (
    select
        *,
        -- A body on one channel; the last in order is the one of which no site is known.
        concat(channel, ' ', coalesce(site_code, '~')) as body_code,
        sum({{ one_if('is_main') }}) over (partition by edition, site_code, channel, level) as main_count
    from accounts
    where not is_closed
),

-- The rule of May 2017: one main account that is done well, on each channel.
bodies as (
    select
        edition,
        body_code,
        channel,
        level,
        main_count,
        bool_or(is_synthetic) as is_synthetic
    from kept
    group by edition, body_code, channel, level, main_count
),

matrices as (
    select
        edition,
        coalesce(site_code, 'unlocated') as site_code,
        level,
        count(*) as account_count,
        bool_or(is_synthetic) as is_synthetic
    from kept
    group by edition, site_code, level
),

months as (
    select
        activity.edition,
        activity.subject_id,
        substring(cast(activity.period_start as string), 1, 7) as month,
        activity.subject_kind as channel,
        subjects.placed_level as level,
        activity.post_count,
        activity.follower_count,
        activity.is_synthetic
    from {{ believed('account_activity') }} as activity
    inner join subjects on activity.edition = subjects.edition and activity.subject_id = subjects.subject_id
    where activity.period_kind = 'month' and year(activity.period_start) = activity.edition
),

scored as (
    select
        scores.edition,
        scores.subject_id,
        substring(cast(scores.period_start as string), 1, 7) as month,
        scores.subject_kind as channel,
        subjects.placed_level as level,
        scores.formula_code,
        scores.score,
        scores.is_synthetic
    from {{ ref('fct_account_communication') }} as scores
    inner join subjects on scores.edition = subjects.edition and scores.subject_id = subjects.subject_id
    where
        scores.period_kind = 'month'
        and year(scores.period_start) = scores.edition
        and scores.score is not null
),

units as (
    {% set table = 'trend_4_channel_fusion' -%}
    {{ trend_unit('coverage', table, 'crawled_share', by=['level'], above=one_if('is_seen'), below=1) }}
    union all
    {{ trend_unit('portals', table, 'fused_share', by=['level'], above=one_if('is_fused'), below=1,
        stratum='stratum', weight='weight') }}
    {% for channel in ['weibo', 'wechat', 'app', 'video'] -%}
    union all
    {{ trend_unit('portals', table, channel ~ '_share', by=['level'], above=one_if(channel ~ '_link_count > 0'),
        below=1, stratum='stratum', weight='weight') }}
    {% endfor -%}
    {% set table = 'trend_4_account' -%}
    {% set by = ['channel', 'level'] -%}
    union all
    {{ trend_unit('kept', table, 'accounts', by=by) }}
    union all
    {{ trend_unit('kept', table, 'dormant_share', by=by, above=one_if('is_dormant'), below=1) }}
    union all
    {{ trend_unit('kept', table, 'main_accounts', by=by, above=one_if('is_main')) }}
    union all
    {{ trend_unit('accounts', table, 'closed_accounts', by=by, above=one_if('is_closed')) }}
    union all
    {{ trend_unit('bodies', table, 'single_main_share', unit='body_code', by=by, above=one_if('main_count = 1'),
        below=1) }}
    union all
    {{ trend_unit('kept', table, 'most_main_accounts', by=by, above=one_if('is_main'), amount='main_count',
        contender='body_code') }}
    union all
    {{ trend_unit('matrices', table, 'matrix_size', unit='site_code', by=['level'], above='account_count', below=1) }}
    union all
    {{ trend_unit('matrices', table, 'matrix_share', unit='site_code', by=['level'],
        above=one_if('account_count > 1'), below=1) }}
    {% set table = 'trend_4_activity' -%}
    union all
    {{ trend_unit('months', table, 'active_share', by=by, period='month', above=one_if('post_count > 0'), below=1,
        where='post_count is not null') }}
    union all
    {{ trend_unit('months', table, 'posts', by=by, period='month', above='post_count',
        where='post_count is not null') }}
    union all
    {{ trend_unit('months', table, 'followers', by=by, period='month', above='follower_count',
        where='follower_count is not null') }}
    {% for formula in ['wci', 'bci'] -%}
    union all
    {{ trend_unit('scored', table, 'mean_' ~ formula, by=by, period='month', amount='score',
        where="formula_code = '" ~ formula ~ "'") }}
    {% endfor %}
)

select * from units
