with inspected as (
    select
        latest.edition,
        concat(latest.period, ':', latest.tier) as period_tier,
        coalesce(latest.failure_reason, 'no_reason') as failure_reason,
        subjects.level,
        coalesce(subjects.province_code, 'unlocated') as province_code,
        latest.is_passed,
        latest.is_synthetic
    from {{ ref('int_site_inspection_latest') }} as latest
    inner join {{ ref('dim_subject') }} as subjects
        on latest.edition = subjects.edition and latest.subject_id = subjects.subject_id
),

sampled_tiers as (
    select * from {{ ref('inspection_tiers') }}
),

failed as (
    select * from inspected
    where not is_passed
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

failures as (
    {{ count_by('failed', {
        'period_tier': 'period_tier',
        'period_tier_reason': "concat(period_tier, ':', failure_reason)",
    }) }}
),

shared as (
    select
        counted.*,
        split_part(counted.group_code, ':', 1) as period,
        sampled_tiers.is_sample,
        case when counted.breakdown = 'period_tier' then stock.running_count end as running_count
    from counted
    left join sampled_tiers on split_part(counted.group_code, ':', 2) = sampled_tiers.tier
    left join stock on counted.edition = stock.edition
),

vetoed as (
    select
        failures.*,
        split_part(failures.group_code, ':', 1) as period,
        totals.row_count as failed_count
    from failures
    inner join failures as totals
        on
            failures.edition = totals.edition
            and totals.breakdown = 'period_tier'
            and totals.group_code
            = concat(split_part(failures.group_code, ':', 1), ':', split_part(failures.group_code, ':', 2))
),

tidy as (
    {{ tidy_rows('shared', 'inspected_sites', 'row_count', period='period') }}
    union all
    {{ tidy_rows(
        'shared', 'pass_share', 'passed_count', 'row_count', period='period', sample='coalesce(is_sample, false)'
    ) }}
    union all
    {{ tidy_rows('shared', 'inspected_share', 'row_count', 'running_count', period='period',
        where='running_count is not null') }}
    union all
    {{ tidy_rows('vetoed', 'failed_sites', 'row_count', period='period') }}
    union all
    {{ tidy_rows('vetoed', 'failure_reason_share', 'row_count', 'failed_count', period='period',
        where="breakdown = 'period_tier_reason'") }}
)

{{ with_group_names('tidy') }}
