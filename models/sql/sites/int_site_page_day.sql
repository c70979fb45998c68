with pages as (
    select * from {{ ref('int_site_page_dated') }}
),

patterns as (
    select * from {{ ref('policy_theme_patterns') }}
),

themed as (
    select distinct
        pages.edition,
        pages.subject_id,
        pages.published_date,
        patterns.theme_code,
        pages.file_id,
        pages.sheet,
        pages.row_number,
        pages.is_synthetic
    from pages
    inner join patterns on pages.searched_text like patterns.pattern
),

counted as (
    select
        edition,
        subject_id,
        'any' as theme_code,
        published_date,
        count(*) as page_count,
        bool_or(is_synthetic) as is_synthetic
    from pages
    group by edition, subject_id, published_date
    union all
    select
        edition,
        subject_id,
        theme_code,
        published_date,
        count(*) as page_count,
        bool_or(is_synthetic) as is_synthetic
    from themed
    group by edition, subject_id, theme_code, published_date
)

select * from counted
