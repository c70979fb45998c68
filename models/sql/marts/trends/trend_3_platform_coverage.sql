with platforms as (
    select * from {{ ref('int_platform_census_latest') }}
),

counted as (
    {{ count_by(
        'platforms',
        {'total': "'all'", 'unit_class': 'unit_class', 'unit': 'region_code'},
        {
            'integrated_count': 'has_integrated_platform',
            'three_level_count': 'has_three_level_platform',
        },
    ) }}
),

tidy as (
    select
        edition,
        'integrated_platforms' as measure,
        breakdown,
        group_code,
        integrated_count as numerator,
        row_count as denominator,
        cast(integrated_count as double) as value,
        is_synthetic
    from counted
    union all
    select
        edition,
        'three_level_platforms' as measure,
        breakdown,
        group_code,
        three_level_count as numerator,
        row_count as denominator,
        cast(three_level_count as double) as value,
        is_synthetic
    from counted
)

{{ with_group_names('tidy') }}
