with registered as (
    select * from {{ believed('site_registry') }}
),

hosts_of_one_site as (
    select
        edition,
        home_host as url_host,
        min(site_code) as site_code
    from registered
    group by edition, home_host
    having count(*) = 1
)

select * from hosts_of_one_site
