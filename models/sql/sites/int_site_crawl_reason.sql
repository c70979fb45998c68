{#-
    Pages that cannot be believed, each with its first reason. Apart from staging, since a page may only be compared in
    full with the few whose key_hash is the same.
-#}
with fit as (
    select * from {{ ref('int_site_crawl_page') }}
),

hosts as (
    select * from {{ ref('int_site_host') }}
),

hosts_of_one_site as (
    select * from hosts
    where site_code is not null
),

whole as (
    {{ landed_rows('site_crawl', derived=places_of_page()) }}
),

{{ reasons_of(
    'fit',
    'site_crawl',
    references={'site_code': believed('site_registry'), 'url_host': 'hosts_of_one_site'},
    whole='whole'
) }},

-- A host that several sites have is known, but not whose; they are named with it.
named as (
    select
        reasons.edition,
        reasons.file_id,
        reasons.sheet,
        reasons.row_number,
        reasons.column_name,
        case when hosts.url_host is null then reasons.reason_code else 'ambiguous_host' end as reason_code,
        case
            when hosts.url_host is null then reasons.rejected_value
            else concat(reasons.rejected_value, ': ', hosts.claimed_by)
        end as rejected_value
    from reasons
    left join hosts
        on
            reasons.edition = hosts.edition
            and reasons.rejected_value = hosts.url_host
            and reasons.column_name = 'url_host'
            and reasons.reason_code = 'unknown_reference'
)

select * from named
