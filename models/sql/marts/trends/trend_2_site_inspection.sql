with inspected as (
    select
        latest.edition,
        concat(latest.period, ':', latest.tier) as period_tier,
        subjects.level,
        coalesce(subjects.province_code, 'unlocated') as province_code,
        latest.is_passed,
        latest.is_synthetic
    from {{ ref('int_site_inspection_latest') }} as latest
    inner join {{ ref('dim_subject') }} as subjects
        on latest.edition = subjects.edition and latest.subject_id = subjects.subject_id
),

stock as (
    select
        edition,
        numerator as running_count
    from {{ ref('trend_2_site_stock') }}
    where breakdown = 'total'
),

counted as (
    {{ count_by(
        'inspected',
        {
            'period_tier': 'period_tier',
            'period_tier_level': "concat(period_tier, ':', level)",
            'period_tier_province': "concat(period_tier, ':', province_code)",
        },
        {'passed_count': 'is_passed'},
    ) }}
),

tidy as (
    select
        edition,
        'inspected_sites' as measure,
        breakdown,
        group_code,
        row_count as numerator,
        cast(null as bigint) as denominator,
        cast(row_count as double) as value,
        is_synthetic
    from counted
    union all
    select
        edition,
        'pass_share' as measure,
        breakdown,
        group_code,
        passed_count as numerator,
        row_count as denominator,
        {{ share('passed_count', 'row_count') }} as value,
        is_synthetic
    from counted
    union all
    select
        counted.edition,
        'inspected_share' as measure,
        counted.breakdown,
        counted.group_code,
        counted.row_count as numerator,
        stock.running_count as denominator,
        {{ share('counted.row_count', 'stock.running_count') }} as value,
        counted.is_synthetic
    from counted
    inner join stock on counted.edition = stock.edition
    where counted.breakdown = 'period_tier'
)

{{ with_group_names('tidy') }}
