with registered as (
    select * from {{ believed('site_registry') }}
),

registered_accounts as (
    select * from {{ believed('account_registry') }}
),

registered_units as (
    select * from {{ believed('unit_registry') }}
),

regions as (
    select * from {{ ref('dim_region') }}
),

located as (
    select
        *,
        coalesce(
            region_code,
            case
                when level = 'central_department' then '000000'
                when site_code not like 'bm%' then substring(site_code, 1, 6)
            end
        ) as located_region_code
    from registered
),

sites as (
    select
        located.edition,
        {{ subject_id('located.subject_kind', 'located.site_code') }} as subject_id,
        located.subject_kind,
        located.site_code as subject_code,
        located.site_name as subject_name,
        located.site_code,
        located.home_url,
        located.home_host,
        located.organiser_name,
        regions.region_code,
        regions.province_code,
        case when located.level = 'prefecture' and regions.is_key_city then 'key_city' else located.level end as level,
        located.system,
        located.site_role,
        located.operating_status,
        located.operating_status <> 'closed' as is_running,
        located.opened_date,
        located.closed_date,
        located.merged_into_site_code,
        located.is_synthetic,
        located.file_id,
        located.sheet,
        located.row_number
    from located
    left join regions
        on located.edition = regions.edition and located.located_region_code = regions.region_code
),

accounts as (
    select
        registered_accounts.edition,
        {{ subject_id('registered_accounts.subject_kind', 'registered_accounts.subject_code') }} as subject_id,
        registered_accounts.subject_kind,
        registered_accounts.subject_code,
        registered_accounts.account_name as subject_name,
        registered_accounts.site_code,
        cast(null as string) as home_url,
        cast(null as string) as home_host,
        sites.organiser_name,
        sites.region_code,
        sites.province_code,
        sites.level,
        sites.system,
        sites.site_role,
        registered_accounts.operating_status,
        registered_accounts.operating_status <> 'closed' as is_running,
        registered_accounts.opened_date,
        cast(null as date) as closed_date,
        cast(null as string) as merged_into_site_code,
        registered_accounts.is_synthetic,
        registered_accounts.file_id,
        registered_accounts.sheet,
        registered_accounts.row_number
    from registered_accounts
    inner join sites
        on registered_accounts.edition = sites.edition and registered_accounts.site_code = sites.site_code
),

units as (
    select
        edition,
        {{ subject_id("'unit'", 'unit_code') }} as subject_id,
        'unit' as subject_kind,
        unit_code as subject_code,
        unit_name as subject_name,
        cast(null as string) as site_code,
        cast(null as string) as home_url,
        cast(null as string) as home_host,
        unit_name as organiser_name,
        cast(null as string) as region_code,
        cast(null as string) as province_code,
        unit_class as level,
        cast(null as string) as system,
        cast(null as string) as site_role,
        'normal' as operating_status,
        true as is_running,
        cast(null as date) as opened_date,
        cast(null as date) as closed_date,
        cast(null as string) as merged_into_site_code,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from registered_units
),

subjects as (
    select * from sites
    union all
    select * from accounts
    union all
    select * from units
)

select * from subjects
