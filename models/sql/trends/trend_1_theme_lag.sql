with lags as (
    select
        lags.edition,
        lags.theme_code,
        lags.lag_days,
        lags.first_date is not null as is_taken_up,
        subjects.level,
        lags.is_synthetic
    from {{ ref('int_site_theme_lag') }} as lags
    inner join {{ ref('dim_subject') }} as subjects
        on lags.edition = subjects.edition and lags.subject_id = subjects.subject_id
),

{% set breakdowns = {'theme': 'theme_code', 'theme_level': "concat(theme_code, ':', level)"} -%}
counted as (
    {{ count_by('lags', breakdowns, {'taken_up': 'is_taken_up'}) }}
),

medians as (
    {% for breakdown, group in breakdowns.items() -%}
    select
        edition,
        '{{ breakdown }}' as breakdown,
        {{ group }} as group_code,
        count(*) as site_count,
        min(lag_days) as first_lag_days,
        median(lag_days) as median_lag_days,
        bool_or(is_synthetic) as is_synthetic
    from lags
    where is_taken_up
    group by edition, {{ group }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

tidy as (
    {{ tidy_rows('counted', 'uptaken_share', 'taken_up', 'row_count') }}
    union all
    {{ tidy_rows('medians', 'median_lag_days', 'site_count', value='median_lag_days') }}
    union all
    {{ tidy_rows('medians', 'first_lag_days', 'site_count', value='first_lag_days') }}
)

{{ with_group_names('tidy') }}
