{#-
    What is counted of every page that has the shape of its source, without its texts. Every column depends on the row
    alone, never on other rows or seeds: so a new file adds its rows, a file that is gone takes its rows out, and the
    rest stays as it is.
-#}
{{ grows_by_file('site_crawl') }}

with pages as (
    {{ landed_rows('site_crawl', derived=places_of_page()) }}
),

fit as (
    select
        pages.edition,
        pages.site_code,
        pages.url_host,
        pages.is_home,
        pages.fetched_at,
        pages.fetch_outcome,
        pages.http_status,
        pages.published_date,
        pages.new_media_links,
        pages.stratum,
        pages.inclusion_probability,
        pages.is_synthetic,
        {{ row_hash(['pages.url', 'pages.fetched_at']) }} as key_hash,
        pages.file_id,
        pages.sheet,
        pages.row_number
    from pages
    where pages.rejections is null
)

select fit.*
from fit
{% if is_incremental() -%}
left join (select distinct edition, file_id from {{ this }}) as kept
    on fit.edition = kept.edition and fit.file_id = kept.file_id
where kept.file_id is null
{%- endif %}
