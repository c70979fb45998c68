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
    {{ tidy_rows('counted', 'integrated_platforms', 'integrated_count', 'row_count', value='integrated_count') }}
    union all
    {{ tidy_rows('counted', 'three_level_platforms', 'three_level_count', 'row_count', value='three_level_count') }}
)

{{ with_group_names('tidy') }}
