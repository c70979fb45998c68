with platforms as (
    select
        edition,
        region_code,
        snapshot_date,
        case when region_code = 'XPCC' then 'corps' else 'province' end as unit_class,
        has_integrated_platform,
        has_integrated_platform and covers_all_levels as has_three_level_platform,
        covers_province,
        covers_city,
        covers_county,
        has_unified_login,
        has_search,
        has_progress_query,
        has_online_payment,
        has_delivery,
        has_rating,
        is_synthetic
    from {{ ref('fct_platform_census') }}
),

-- The last snapshot until the day of the edition's census.
ordered as (
    select
        platforms.*,
        row_number() over (
            partition by platforms.edition, platforms.region_code order by platforms.snapshot_date desc
        ) as snapshot_order
    from platforms
    inner join {{ ref('editions') }} as editions on platforms.edition = editions.edition
    where platforms.snapshot_date <= editions.census_date
),

latest as (
    select * from ordered
    where snapshot_order = 1
),

-- What a platform covers and offers is asked of those that are integrated.
integrated as (
    select * from platforms
    where has_integrated_platform
),

parameters as (
    {{ parameters(['platform.reply_days_max']) }}
),

checks as (
    select
        checks.edition,
        concat(checks.platform_name, ' ', checks.region_code, ' ', cast(checks.checked_date as string)) as check_code,
        checks.level,
        not checks.is_front_integrated as is_not_integrated,
        checks.has_empty_columns,
        not checks.is_search_usable as is_search_unusable,
        checks.is_channel_genuine,
        -- Neither late nor in time: a platform to which nobody put a question, and one whose days nobody counted.
        case
            when not checks.has_reply then true
            when checks.has_reply then checks.reply_working_days > parameters.platform_reply_days_max
        end as is_late,
        checks.checked_item_count,
        checks.stages_only_count,
        checks.no_limits_count,
        checks.unclear_materials_count,
        checks.no_forms_count,
        checks.is_synthetic
    from {{ believed('platform_check') }} as checks
    inner join parameters on checks.edition = parameters.edition
),

units as (
    {% set counted = {
        'integrated_platforms': 'has_integrated_platform', 'three_level_platforms': 'has_three_level_platform',
    } -%}
    {% for measure, condition in counted.items() -%}
    {{ trend_unit('latest', 'trend_3_platform_coverage', measure, unit='region_code', by=['unit_class'],
        above=one_if(condition), below=1, where=condition ~ ' is not null') }}
    union all
    {{ trend_unit('platforms', 'trend_3_platform_snapshot', measure, unit='region_code', by=['unit_class'],
        period='snapshot_date', above=one_if(condition), below=1, where=condition ~ ' is not null') }}
    union all
    {% endfor -%}
    {% for feature in [
        'covers_province', 'covers_city', 'covers_county', 'has_unified_login', 'has_search', 'has_progress_query',
        'has_online_payment', 'has_delivery', 'has_rating',
    ] -%}
    {{ trend_unit('integrated', 'trend_3_platform_snapshot', feature ~ '_share', unit='region_code',
        by=['unit_class'], period='snapshot_date', above=one_if(feature), below=1, where=feature ~ ' is not null') }}
    union all
    {% endfor -%}
    {% set table = 'trend_3_platform_check' -%}
    {{ trend_unit('checks', table, 'checked_platforms', unit='check_code', by=['level']) }}
    union all
    {{ trend_unit('checks', table, 'checked_items', unit='check_code', by=['level'], above='checked_item_count') }}
    {% for measure, flaw in {
        'not_integrated_share': 'is_not_integrated',
        'empty_columns_share': 'has_empty_columns',
        'search_unusable_share': 'is_search_unusable',
        'genuine_channel_share': 'is_channel_genuine',
        'late_reply_share': 'is_late',
    }.items() -%}
    union all
    {{ trend_unit('checks', table, measure, unit='check_code', by=['level'], above=one_if(flaw), below=1,
        where=flaw ~ ' is not null') }}
    {% endfor -%}
    {% for flaw in ['stages_only', 'no_limits', 'unclear_materials', 'no_forms'] -%}
    union all
    {{ trend_unit('checks', table, flaw ~ '_share', unit='check_code', by=['level'], above=flaw ~ '_count',
        below='checked_item_count', where=flaw ~ '_count is not null') }}
    {% endfor %}
)

select * from units
