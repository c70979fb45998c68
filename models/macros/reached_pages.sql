{#- A page that says it is of a later day than it was fetched on: that is no evidence of when it was published. -#}
{% macro is_dated_after_fetch(pages, offset_hours) -%}
    coalesce({{ pages }}.published_date > cast({{ plus_hours(pages ~ '.fetched_at', offset_hours) }} as date), false)
{%- endmacro %}

{#-
    Believed pages that were reached, each with its site and these columns of the staged page. Straight from staging:
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
    from {{ believed('site_crawl') }} as pages
    inner join {{ ref('fetch_outcomes') }} as outcomes on pages.fetch_outcome = outcomes.fetch_outcome
    inner join (
        {{ parameters(['crawl.available_status_below', 'crawl.utc_offset_hours']) }}
    ) as parameters on pages.edition = parameters.edition
    left join {{ ref('int_site_host') }} as hosts
        on pages.edition = hosts.edition and pages.url_host = hosts.url_host
    where
        {{ condition }}
        and outcomes.is_answered
        and coalesce(pages.http_status < parameters.crawl_available_status_below, true)
{% endmacro %}
