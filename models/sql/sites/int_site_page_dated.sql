{#- Pages that state when they were published and what they are called; what was rejected is left out. -#}
with reached as (
    {{ reached_pages(
        ['published_date', 'title', 'page_tags', 'file_id', 'sheet', 'row_number'],
        'pages.published_date is not null and pages.title is not null'
    ) }}
),

searched as (
    select
        edition,
        subject_id,
        published_date,
        concat_ws(' ', title, page_tags) as searched_text,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from reached
)

select * from searched
