with census as (
    select * from {{ ref('fct_platform_census') }}
),

ranked as (
    select
        *,
        row_number() over (partition by edition, region_code order by snapshot_date desc) as snapshot_order
    from census
),

latest as (
    select
        edition,
        region_code,
        snapshot_date,
        case when region_code = 'XPCC' then 'corps' else 'province' end as unit_class,
        has_integrated_platform,
        has_integrated_platform and covers_all_levels as has_three_level_platform,
        is_synthetic
    from ranked
    where snapshot_order = 1
)

select * from latest
