{#-
    Pages that cannot be believed, each with its first reason. Apart from staging, since a page may only be compared in
    full with the few whose key_hash is the same.
-#}
with fit as (
    select * from {{ ref('int_site_crawl_page') }}
),

whole as (
    {{ landed_rows('site_crawl', derived=places_of_page()) }}
),

{{ reasons_of(
    'fit',
    'site_crawl',
    references={'site_code': believed('site_registry'), 'url_host': ref('int_site_host')},
    whole='whole'
) }}

select * from reasons
