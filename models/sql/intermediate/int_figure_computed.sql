{% set trend_tables = [
    'trend_2_site_stock',
    'trend_2_site_inspection',
    'trend_3_platform_coverage',
    'trend_4_channel_fusion',
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
        numerator,
        denominator,
        value,
        is_synthetic
    from {{ ref(trend_table) }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
)

select * from computed
