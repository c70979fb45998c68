with running as (
    select
        edition,
        level,
        coalesce(province_code, 'unlocated') as province_code,
        site_role,
        is_synthetic
    from {{ ref('dim_subject') }}
    where subject_kind = 'website' and is_running
),

counted as (
    {{ count_by('running', {
        'total': "'all'",
        'level': 'level',
        'province': 'province_code',
        'level_role': "concat(level, ':', site_role)",
    }) }}
),

tidy as (
    select
        edition,
        'running_sites' as measure,
        breakdown,
        group_code,
        row_count as numerator,
        cast(null as bigint) as denominator,
        cast(row_count as double) as value,
        is_synthetic
    from counted
)

{{ with_group_names('tidy') }}
