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
    {{ tidy_rows('counted', 'running_sites', 'row_count') }}
)

{{ with_group_names('tidy') }}
