{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}

{{ staged('site_crawl', derived=places_of_page(), reasons=ref('int_site_crawl_reason')) }}
