with sites as (
    select
        edition,
        cast(stock_date as string) as stock_day,
        level,
        coalesce(province_code, 'unlocated') as province_code,
        is_in_stock,
        is_opened,
        is_closed,
        is_closed and is_merged as is_merged_away,
        is_undated_closure,
        has_earlier_date,
        is_synthetic
    from {{ ref('int_site_on_stock_date') }}
),

counted as (
    {{ count_by(
        'sites',
        {
            'stock_date': 'stock_day',
            'stock_date_level': "concat(stock_day, ':', level)",
            'stock_date_province': "concat(stock_day, ':', province_code)",
        },
        {
            'stock_count': 'is_in_stock',
            'opened_count': 'is_opened',
            'closed_count': 'is_closed',
            'merged_count': 'is_merged_away',
            'undated_count': 'is_undated_closure',
            'later_count': 'has_earlier_date',
        },
    ) }}
),

dated as (
    select
        *,
        split_part(group_code, ':', 1) as stock_day
    from counted
),

tidy as (
    {{ tidy_rows('dated', 'stock_sites', 'stock_count', period='stock_day') }}
    {% for measure in ['opened', 'closed', 'merged'] -%}
    union all
    {{ tidy_rows('dated', measure ~ '_sites', measure ~ '_count', period='stock_day', where='later_count > 0') }}
    {% endfor -%}
    union all
    {{ tidy_rows('dated', 'undated_closures', 'undated_count', period='stock_day', where="breakdown = 'stock_date'") }}
)

{{ with_group_names('tidy') }}
