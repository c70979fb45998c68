{#-
    Accepted pages that were reached, each with its site and these columns of the staged page. Straight from staging:
    what is kept of every page, file by file, has no texts.
-#}
{% macro reached_pages(columns, condition) %}
    select
        pages.edition,
        concat('website:', coalesce(pages.site_code, hosts.site_code)) as subject_id,
        {% for column in columns -%}
        pages.{{ column }},
        {% endfor -%}
        pages.is_synthetic
    from {{ ref('stg_site_crawl') }} as pages
    inner join {{ ref('fetch_outcomes') }} as outcomes on pages.fetch_outcome = outcomes.fetch_outcome
    inner join {{ ref('int_parameter_pivoted') }} as parameters on pages.edition = parameters.edition
    left join {{ ref('int_site_host') }} as hosts
        on pages.edition = hosts.edition and pages.url_host = hosts.url_host
    left join {{ ref('int_site_crawl_rejected') }} as rejected
        on
            pages.edition = rejected.edition
            and pages.file_id = rejected.file_id
            and pages.row_number = rejected.row_number
            and coalesce(pages.sheet, '') = coalesce(rejected.sheet, '')
    where
        {{ condition }}
        and rejected.row_number is null
        and outcomes.is_answered
        and coalesce(pages.http_status < parameters.available_status_below, true)
{% endmacro %}
