with days as (
    select
        days.edition,
        days.subject_id,
        days.theme_code,
        days.published_date,
        substring(cast(days.published_date as string), 1, 7) as month,
        days.page_count,
        subjects.level,
        coalesce(subjects.province_code, 'unlocated') as province_code,
        days.is_synthetic
    from {{ ref('int_site_page_day') }} as days
    inner join {{ ref('dim_subject') }} as subjects
        on days.edition = subjects.edition and days.subject_id = subjects.subject_id
),

-- The pages of the edition's own year: what is older says nothing of it.
of_year as (
    select * from days
    where year(published_date) = edition
),

site_months as (
    select
        edition,
        subject_id,
        theme_code,
        month,
        level,
        province_code,
        cast(sum(page_count) as bigint) as page_count,
        bool_or(is_synthetic) as is_synthetic
    from of_year
    group by edition, subject_id, theme_code, month, level, province_code
),

site_years as (
    select
        edition,
        subject_id,
        theme_code,
        level,
        province_code,
        cast(sum(page_count) as bigint) as page_count,
        bool_or(is_synthetic) as is_synthetic
    from of_year
    group by edition, subject_id, theme_code, level, province_code
),

any_months as (
    select * from site_months
    where theme_code = 'any'
),

any_years as (
    select * from site_years
    where theme_code = 'any'
),

themes as (
    select theme_code from {{ ref('policy_themes') }}
),

month_cells as (
    select
        any_months.edition,
        any_months.month,
        any_months.level,
        themes.theme_code,
        any_months.page_count,
        coalesce(themed.page_count, 0) as themed_page_count,
        any_months.is_synthetic
    from any_months
    cross join themes
    left join site_months as themed
        on
            any_months.edition = themed.edition
            and any_months.subject_id = themed.subject_id
            and any_months.month = themed.month
            and themes.theme_code = themed.theme_code
),

year_cells as (
    select
        any_years.edition,
        any_years.level,
        any_years.province_code,
        themes.theme_code,
        any_years.page_count,
        coalesce(themed.page_count, 0) as themed_page_count,
        any_years.is_synthetic
    from any_years
    cross join themes
    left join site_years as themed
        on
            any_years.edition = themed.edition
            and any_years.subject_id = themed.subject_id
            and themes.theme_code = themed.theme_code
),

{% set conditions = {'themed_sites': 'themed_page_count > 0'} -%}
{% set sums = {'pages': 'page_count', 'themed_pages': 'themed_page_count'} -%}
counted as (
    {{ count_by(
        'year_cells',
        {
            'theme': 'theme_code',
            'theme_level': "concat(theme_code, ':', level)",
            'theme_province': "concat(theme_code, ':', province_code)",
        },
        conditions,
        sums,
    ) }}
    union all
    {{ count_by(
        'month_cells',
        {
            'month_theme': "concat(month, ':', theme_code)",
            'month_theme_level': "concat(month, ':', theme_code, ':', level)",
        },
        conditions,
        sums,
    ) }}
),

dated as (
    select
        *,
        case when breakdown like 'month%' then split_part(group_code, ':', 1) end as month
    from counted
),

tidy as (
    {{ tidy_rows('dated', 'site_share', 'themed_sites', 'row_count', period='month') }}
    union all
    {{ tidy_rows('dated', 'page_share', 'themed_pages', 'pages', period='month') }}
)

{{ with_group_names('tidy') }}
