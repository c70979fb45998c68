with registered as (
    select * from {{ ref('int_site_registry_accepted') }}
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

subjects as (
    select
        located.edition,
        concat('website:', located.site_code) as subject_id,
        'website' as subject_kind,
        located.site_code,
        located.site_name,
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
        located.is_synthetic,
        located.file_id,
        located.sheet,
        located.row_number
    from located
    left join regions
        on located.edition = regions.edition and located.located_region_code = regions.region_code
)

select * from subjects
