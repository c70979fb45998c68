with titles as (
    select * from {{ ref('award_title') }}
),

former_names as (
    select * from {{ ref('award_title_former_names') }}
),

-- An official name bears its year; with the year open it is that of every edition.
names as (
    {% for name in [
        'title_code', 'short_name_zh', 'title_name_zh', "replace(title_name_zh, cast(edition as string), '{year}')",
        "'all'",
    ] -%}
    select
        edition,
        {{ title_id('series_number', name) }} as title_id,
        series_number,
        series_code,
        title_code
    from titles
    union
    {% endfor -%}
    select
        titles.edition,
        {{ title_id('titles.series_number', 'former_names.name_zh') }} as title_id,
        titles.series_number,
        titles.series_code,
        titles.title_code
    from titles
    inner join former_names
        on
            titles.edition = former_names.edition
            and titles.series_code = former_names.series_code
            and titles.title_code = former_names.title_code
)

select * from names
