with titles as (
    select * from {{ ref('award_title') }}
),

names as (
    {% for name in ['title_code', 'short_name_zh', 'title_name_zh', "'all'"] -%}
    select
        edition,
        {{ title_id('series_number', name) }} as title_id,
        series_number,
        series_code,
        title_code
    from titles
    {% if not loop.last -%}
    union
    {% endif -%}
    {% endfor %}
)

select * from names
