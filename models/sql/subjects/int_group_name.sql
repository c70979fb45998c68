with editions as (
    select edition from {{ ref('editions') }}
),

levels as (
    select * from {{ ref('levels') }}
),

group_names as (
    select * from {{ ref('group_names') }}
),

trend_groups as (
    select * from {{ ref('trend_groups') }}
),

policy_themes as (
    select * from {{ ref('policy_themes') }}
),

regions as (
    select * from {{ ref('dim_region') }}
),

named as (
    select
        editions.edition,
        group_names.group_code,
        group_names.name_zh,
        group_names.name_en
    from editions
    cross join group_names
    union all
    select
        editions.edition,
        levels.level as group_code,
        levels.name_zh,
        levels.name_en
    from editions
    cross join levels
    union all
    select
        editions.edition,
        trend_groups.group_code,
        trend_groups.name_zh,
        trend_groups.name_en
    from editions
    cross join trend_groups
    union all
    select
        editions.edition,
        policy_themes.theme_code as group_code,
        policy_themes.name_zh,
        policy_themes.name_en
    from editions
    cross join policy_themes
    union all
    select
        edition,
        region_code as group_code,
        name_zh,
        name_en
    from regions
    where level in ('province', 'national')
)

select * from named
