{% set trend_tables = [
    'trend_1_policy_record',
    'trend_1_theme_lag',
    'trend_1_theme_uptake',
    'trend_2_consolidation_policy',
    'trend_2_site_flow',
    'trend_2_site_inspection',
    'trend_2_site_quality',
    'trend_2_site_stock',
    'trend_3_platform_check',
    'trend_3_platform_coverage',
    'trend_3_platform_snapshot',
    'trend_4_account',
    'trend_4_activity',
    'trend_4_channel_fusion',
    'trend_5_portal',
    'trend_5_robot',
] -%}
with computed as (
    {% for trend_table in trend_tables -%}
    select
        edition,
        '{{ trend_table }}' as trend_table,
        measure,
        breakdown,
        group_code,
        period,
        group_name_zh,
        group_name_en,
        numerator,
        denominator,
        value,
        interval_low,
        interval_high,
        is_synthetic
    from {{ ref(trend_table) }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
)

select * from computed
