{{ config(materialized='table') }}

{{ rejected_rows(
    'site_crawl',
    references={
        'site_code': ref('int_site_registry_accepted'),
        'url_host': ref('int_site_host'),
    },
    hashed=ref('int_site_crawl_page')
) }}
