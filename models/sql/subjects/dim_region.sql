with divisions as (
    select * from {{ ref('divisions') }}
),

editions as (
    select * from {{ ref('editions') }}
),

regions as (
    select
        editions.edition,
        divisions.region_code,
        divisions.name_zh,
        divisions.name_en,
        divisions.level,
        divisions.parent_code,
        case
            when divisions.level = 'national' then null
            when divisions.region_code = 'XPCC' then 'XPCC'
            else concat(substring(divisions.region_code, 1, 2), '0000')
        end as province_code,
        divisions.city_class,
        divisions.city_class is not null as is_key_city,
        divisions.is_evaluated
    from divisions
    inner join editions
        on
            (divisions.valid_from is null or divisions.valid_from <= editions.division_date)
            and (divisions.ended_on is null or divisions.ended_on > editions.division_date)
)

select * from regions
