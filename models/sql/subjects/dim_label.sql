with labels as (
    select * from {{ ref('labels') }}
    union all
    select * from {{ ref('page_labels') }}
),

trend_measures as (
    select * from {{ ref('trend_measures') }}
),

editions as (
    select * from {{ ref('editions') }}
),

qualifiers as (
    select * from {{ ref('qualifiers') }}
),

levels as (
    select * from {{ ref('levels') }}
),

inspection_tiers as (
    select * from {{ ref('inspection_tiers') }}
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

named as (
    select
        label_kind,
        label_code,
        label_order,
        name_zh,
        name_en
    from labels
    union all
    select distinct
        'measure' as label_kind,
        measure as label_code,
        measure_order as label_order,
        name_zh,
        name_en
    from trend_measures
    union all
    select
        'edition' as label_kind,
        cast(edition as string) as label_code,
        edition as label_order,
        name_zh,
        name_en
    from editions
    union all
    select
        'qualifier' as label_kind,
        qualifier as label_code,
        cast(null as integer) as label_order,
        name_zh,
        name_en
    from qualifiers
    union all
    select
        'group' as label_kind,
        level as label_code,
        level_order as label_order,
        name_zh,
        name_en
    from levels
    union all
    select
        'group' as label_kind,
        group_code as label_code,
        cast(null as integer) as label_order,
        name_zh,
        name_en
    from group_names
    union all
    select
        'group' as label_kind,
        group_code as label_code,
        group_order as label_order,
        name_zh,
        name_en
    from trend_groups
    union all
    select
        'tier' as label_kind,
        tier as label_code,
        cast(null as integer) as label_order,
        name_zh,
        name_en
    from inspection_tiers
    union all
    select
        'group' as label_kind,
        theme_code as label_code,
        theme_order as label_order,
        name_zh,
        name_en
    from policy_themes
    {% for name in source_names() -%}
    union all
    select
        'source' as label_kind,
        '{{ name }}' as label_code,
        cast(null as integer) as label_order,
        '{{ source_title(name) }}' as name_zh,
        '{{ name | replace("_", " ") }}' as name_en
    {% endfor %}
)

select * from named
