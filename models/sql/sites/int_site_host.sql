with registered as (
    select * from {{ believed('site_registry') }}
),

-- A site answers with and without a leading www, unless another is registered under that very address.
forms as (
    select
        edition,
        site_code,
        whole_home_host as url_host,
        true as is_registered
    from registered
    union all
    select
        edition,
        site_code,
        case when whole_home_host = home_host then concat('www.', home_host) else home_host end as url_host,
        false as is_registered
    from registered
),

registered_hosts as (
    select distinct
        edition,
        url_host
    from forms
    where is_registered
),

claims as (
    select forms.*
    from forms
    left join registered_hosts
        on forms.edition = registered_hosts.edition and forms.url_host = registered_hosts.url_host
    where forms.is_registered or registered_hosts.url_host is null
),

hosts as (
    select
        edition,
        url_host,
        case when count(*) = 1 then min(site_code) end as site_code,
        {{ joined_text('site_code', ', ') }} as claimed_by
    from claims
    where url_host is not null
    group by edition, url_host
)

select * from hosts
