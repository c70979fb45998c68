with platforms as (
    select
        *,
        cast(snapshot_date as string) as snapshot_day,
        case when region_code = 'XPCC' then 'corps' else 'province' end as unit_class
    from {{ ref('fct_platform_census') }}
),

integrated as (
    select * from platforms
    where has_integrated_platform
),

{% set features = [
    'has_unified_login', 'has_search', 'has_progress_query', 'has_online_payment', 'has_delivery', 'has_rating'
] -%}
{% set coverages = ['covers_province', 'covers_city', 'covers_county'] -%}
{% set conditions = {} -%}
{% for flag in features + coverages -%}
{% do conditions.update({flag ~ '_count': flag, flag ~ '_judged': flag ~ ' is not null'}) -%}
{% endfor -%}
counted as (
    {{ count_by(
        'platforms',
        {
            'snapshot': 'snapshot_day',
            'snapshot_unit_class': "concat(snapshot_day, ':', unit_class)",
            'snapshot_unit': "concat(snapshot_day, ':', region_code)",
        },
        {
            'integrated_count': 'has_integrated_platform',
            'three_level_count': 'has_integrated_platform and covers_all_levels',
        },
    ) }}
),

-- What a platform covers and offers is asked of those that are integrated.
offered as (
    {{ count_by(
        'integrated',
        {'snapshot': 'snapshot_day', 'snapshot_unit_class': "concat(snapshot_day, ':', unit_class)"},
        conditions,
    ) }}
),

{% set snapshot = "split_part(group_code, ':', 1)" -%}
tidy as (
    {{ tidy_rows('counted', 'integrated_platforms', 'integrated_count', 'row_count', value='integrated_count',
        period=snapshot) }}
    union all
    {{ tidy_rows('counted', 'three_level_platforms', 'three_level_count', 'row_count', value='three_level_count',
        period=snapshot) }}
    {% for flag in coverages + features -%}
    union all
    {{ tidy_rows('offered', flag ~ '_share', flag ~ '_count', flag ~ '_judged', period=snapshot,
        where=flag ~ '_judged > 0') }}
    {% endfor %}
)

{{ with_group_names('tidy') }}
