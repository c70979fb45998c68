-- Pages that state when they were published, not after they were fetched, and what they are called.
with reached as (
    {{ reached_pages(
        ['published_date', 'title', 'page_tags', 'file_id', 'sheet', 'row_number'],
        'pages.published_date is not null and pages.title is not null and not '
        ~ is_dated_after_fetch('pages', 'parameters.crawl_utc_offset_hours')
    ) }}
),

pages as (
    select
        edition,
        subject_id,
        published_date,
        concat_ws(' ', title, page_tags) as searched_text,
        file_id,
        sheet,
        row_number,
        is_synthetic
    from reached
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
