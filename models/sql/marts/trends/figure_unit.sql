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
    from {{ ref('int_account_registry_accepted') }} as registered
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

-- Where the unit is counted, and what it adds above and below the line of the figure.
counted as (
    select
        edition,
        'trend_2_site_stock' as trend_table,
        'running_sites' as measure,
        'total' as breakdown,
        'all' as group_code,
        subject_id as unit_code,
        cast(1 as bigint) as numerator_count,
        cast(null as bigint) as denominator_count,
        is_synthetic
    from running
    union all
    select
        edition,
        'trend_2_site_flow' as trend_table,
        'stock_sites' as measure,
        'stock_date' as breakdown,
        cast(stock_date as string) as group_code,
        subject_id as unit_code,
        cast(1 as bigint) as numerator_count,
        cast(null as bigint) as denominator_count,
        is_synthetic
    from open_sites
    union all
    select
        edition,
        'trend_2_consolidation_policy' as trend_table,
        'policy_share' as measure,
        'total' as breakdown,
        'all' as group_code,
        group_code as unit_code,
        cast(case when value > 0 then 1 else 0 end as bigint) as numerator_count,
        cast(1 as bigint) as denominator_count,
        is_synthetic
    from provinces
    union all
    select
        edition,
        'trend_2_site_inspection' as trend_table,
        'inspected_sites' as measure,
        'period_tier' as breakdown,
        period_tier as group_code,
        subject_id as unit_code,
        cast(1 as bigint) as numerator_count,
        cast(null as bigint) as denominator_count,
        is_synthetic
    from inspected
    union all
    select
        edition,
        'trend_2_site_inspection' as trend_table,
        'pass_share' as measure,
        'period_tier' as breakdown,
        period_tier as group_code,
        subject_id as unit_code,
        cast(case when is_passed then 1 else 0 end as bigint) as numerator_count,
        cast(1 as bigint) as denominator_count,
        is_synthetic
    from inspected
    union all
    select
        edition,
        'trend_2_site_inspection' as trend_table,
        'inspected_share' as measure,
        'period_tier' as breakdown,
        period_tier as group_code,
        subject_id as unit_code,
        cast(1 as bigint) as numerator_count,
        cast(0 as bigint) as denominator_count,
        is_synthetic
    from inspected
    union all
    select
        running.edition,
        'trend_2_site_inspection' as trend_table,
        'inspected_share' as measure,
        'period_tier' as breakdown,
        figures.group_code,
        running.subject_id as unit_code,
        cast(0 as bigint) as numerator_count,
        cast(1 as bigint) as denominator_count,
        running.is_synthetic
    from running
    inner join figures
        on
            running.edition = figures.edition
            and figures.trend_table = 'trend_2_site_inspection'
            and figures.measure = 'inspected_share'
            and figures.breakdown = 'period_tier'
    union all
    {% for measure, column in [
        ('integrated_platforms', 'has_integrated_platform'),
        ('three_level_platforms', 'has_three_level_platform'),
    ] -%}
    {% for breakdown, group in [('total', "'all'"), ('unit_class', 'unit_class')] -%}
    select
        edition,
        'trend_3_platform_coverage' as trend_table,
        '{{ measure }}' as measure,
        '{{ breakdown }}' as breakdown,
        {{ group }} as group_code,
        region_code as unit_code,
        cast(case when {{ column }} then 1 else 0 end as bigint) as numerator_count,
        cast(1 as bigint) as denominator_count,
        is_synthetic
    from platforms
    union all
    {% endfor -%}
    {% endfor -%}
    select
        edition,
        'trend_4_channel_fusion' as trend_table,
        'fused_share' as measure,
        'level' as breakdown,
        level as group_code,
        subject_id as unit_code,
        cast(case when is_fused then 1 else 0 end as bigint) as numerator_count,
        cast(1 as bigint) as denominator_count,
        is_synthetic
    from portals
    union all
    select
        edition,
        'trend_4_account' as trend_table,
        'most_main_accounts' as measure,
        'total' as breakdown,
        'all' as group_code,
        subject_id as unit_code,
        cast(1 as bigint) as numerator_count,
        cast(null as bigint) as denominator_count,
        is_synthetic
    from placed_accounts
    where place = 1
    union all
    select
        edition,
        'trend_5_robot' as trend_table,
        'robots' as measure,
        'total' as breakdown,
        'all' as group_code,
        subject_id as unit_code,
        cast(1 as bigint) as numerator_count,
        cast(null as bigint) as denominator_count,
        is_synthetic
    from robots
    union all
    select
        edition,
        'trend_5_robot' as trend_table,
        'usable_share' as measure,
        'total' as breakdown,
        'all' as group_code,
        subject_id as unit_code,
        cast(case when is_usable then 1 else 0 end as bigint) as numerator_count,
        cast(1 as bigint) as denominator_count,
        is_synthetic
    from robots
    union all
    select
        edition,
        'trend_5_robot' as trend_table,
        'accuracy_share' as measure,
        'total' as breakdown,
        'all' as group_code,
        subject_id as unit_code,
        cast(correct_count as bigint) as numerator_count,
        cast(question_count as bigint) as denominator_count,
        is_synthetic
    from robots
    where is_usable
    union all
    select
        edition,
        'trend_5_robot' as trend_table,
        'best_accuracy_share' as measure,
        'total' as breakdown,
        'all' as group_code,
        subject_id as unit_code,
        cast(correct_count as bigint) as numerator_count,
        cast(question_count as bigint) as denominator_count,
        is_synthetic
    from placed_robots
    where place = 1
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
