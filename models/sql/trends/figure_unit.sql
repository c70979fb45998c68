with figures as (
    select
        edition,
        figure_id,
        trend_table,
        measure,
        breakdown,
        group_code
    from {{ ref('figures') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

running as (
    select
        edition,
        subject_id,
        is_synthetic
    from subjects
    where subject_kind = 'website' and is_running
),

inspected as (
    select
        latest.edition,
        latest.subject_id,
        concat(latest.period, ':', latest.tier) as period_tier,
        latest.is_passed,
        latest.is_synthetic
    from {{ ref('int_site_inspection_latest') }} as latest
    inner join subjects on latest.edition = subjects.edition and latest.subject_id = subjects.subject_id
),

platforms as (
    select * from {{ ref('int_platform_census_latest') }}
),

portals as (
    select
        subjects.edition,
        subjects.subject_id,
        subjects.level,
        crawls.is_fused,
        crawls.is_synthetic
    from subjects
    inner join {{ ref('fct_site_crawl') }} as crawls
        on subjects.edition = crawls.edition and subjects.subject_id = crawls.subject_id
    where
        subjects.subject_kind = 'website'
        and subjects.site_role = 'portal'
        and subjects.is_running
        and crawls.new_media_null_reason is null
),

robots as (
    select * from {{ ref('fct_robot') }}
),

open_sites as (
    select * from {{ ref('int_site_on_stock_date') }}
    where is_in_stock
),

provinces as (
    select * from {{ ref('trend_2_consolidation_policy') }}
    where measure = 'consolidation_policies' and breakdown = 'province'
),

main_accounts as (
    select
        registered.edition,
        subjects.subject_id,
        subjects.site_code,
        subjects.subject_kind,
        count(*) over (partition by registered.edition, subjects.site_code, subjects.subject_kind) as main_count,
        registered.is_synthetic
    from {{ believed('account_registry') }} as registered
    inner join subjects
        on
            registered.edition = subjects.edition
            and {{ subject_id('registered.subject_kind', 'registered.subject_code') }} = subjects.subject_id
    where registered.is_main and registered.operating_status <> 'closed'
),

-- The most of all is one body's or one system's: its units are those of the first that has as many.
placed_accounts as (
    select
        *,
        dense_rank() over (
            partition by edition
            order by main_count desc, subject_kind asc, site_code asc nulls last
        ) as place
    from main_accounts
),

placed_robots as (
    select
        *,
        row_number() over (partition by edition order by accuracy_share desc nulls last, subject_id asc) as place
    from robots
    where is_usable
),

inspected_of_running as (
    select
        running.edition,
        figures.group_code as period_tier,
        running.subject_id,
        running.is_synthetic
    from running
    inner join figures
        on
            running.edition = figures.edition
            and figures.trend_table = 'trend_2_site_inspection'
            and figures.measure = 'inspected_share'
            and figures.breakdown = 'period_tier'
),

best_account as (
    select * from placed_accounts
    where place = 1
),

usable_robots as (
    select * from robots
    where is_usable
),

best_robot as (
    select * from placed_robots
    where place = 1
),

-- Where the unit is counted, and what it adds above and below the line of the figure.
{% set passed = 'case when is_passed then 1 else 0 end' -%}
{% set integrated = 'case when has_integrated_platform then 1 else 0 end' -%}
{% set three_level = 'case when has_three_level_platform then 1 else 0 end' -%}
counted as (
    {% for source, trend_table, measure, breakdown, group_code, unit, above, below in [
        ('running', 'trend_2_site_stock', 'running_sites', 'total', "'all'", 'subject_id', 1, 'null'),
        ('open_sites', 'trend_2_site_flow', 'stock_sites', 'stock_date', 'cast(stock_date as string)', 'subject_id',
            1, 'null'),
        ('provinces', 'trend_2_consolidation_policy', 'policy_share', 'total', "'all'", 'group_code',
            'case when value > 0 then 1 else 0 end', 1),
        ('inspected', 'trend_2_site_inspection', 'inspected_sites', 'period_tier', 'period_tier', 'subject_id',
            1, 'null'),
        ('inspected', 'trend_2_site_inspection', 'pass_share', 'period_tier', 'period_tier', 'subject_id', passed, 1),
        ('inspected', 'trend_2_site_inspection', 'inspected_share', 'period_tier', 'period_tier', 'subject_id', 1, 0),
        ('inspected_of_running', 'trend_2_site_inspection', 'inspected_share', 'period_tier', 'period_tier',
            'subject_id', 0, 1),
        ('platforms', 'trend_3_platform_coverage', 'integrated_platforms', 'total', "'all'", 'region_code',
            integrated, 1),
        ('platforms', 'trend_3_platform_coverage', 'integrated_platforms', 'unit_class', 'unit_class', 'region_code',
            integrated, 1),
        ('platforms', 'trend_3_platform_coverage', 'three_level_platforms', 'total', "'all'", 'region_code',
            three_level, 1),
        ('platforms', 'trend_3_platform_coverage', 'three_level_platforms', 'unit_class', 'unit_class', 'region_code',
            three_level, 1),
        ('portals', 'trend_4_channel_fusion', 'fused_share', 'level', 'level', 'subject_id',
            'case when is_fused then 1 else 0 end', 1),
        ('best_account', 'trend_4_account', 'most_main_accounts', 'total', "'all'", 'subject_id', 1, 'null'),
        ('robots', 'trend_5_robot', 'robots', 'total', "'all'", 'subject_id', 1, 'null'),
        ('robots', 'trend_5_robot', 'usable_share', 'total', "'all'", 'subject_id',
            'case when is_usable then 1 else 0 end', 1),
        ('usable_robots', 'trend_5_robot', 'accuracy_share', 'total', "'all'", 'subject_id',
            'correct_count', 'question_count'),
        ('best_robot', 'trend_5_robot', 'best_accuracy_share', 'total', "'all'", 'subject_id',
            'correct_count', 'question_count'),
    ] -%}
    select
        edition,
        '{{ trend_table }}' as trend_table,
        '{{ measure }}' as measure,
        '{{ breakdown }}' as breakdown,
        {{ group_code }} as group_code,
        {{ unit }} as unit_code,
        cast({{ above }} as bigint) as numerator_count,
        cast({{ below }} as bigint) as denominator_count,
        is_synthetic
    from {{ source }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

units as (
    select
        figures.edition,
        figures.figure_id,
        counted.unit_code,
        cast(sum(counted.numerator_count) as bigint) as numerator_count,
        cast(sum(counted.denominator_count) as bigint) as denominator_count,
        bool_or(counted.is_synthetic) as is_synthetic
    from figures
    inner join counted
        on
            figures.edition = counted.edition
            and figures.trend_table = counted.trend_table
            and figures.measure = counted.measure
            and figures.breakdown = counted.breakdown
            and figures.group_code = counted.group_code
    group by figures.edition, figures.figure_id, counted.unit_code
)

select * from units
