with nodes as (
    select * from {{ ref('framework_nodes') }}
),

frameworks as (
    select * from {{ ref('frameworks') }}
),

height_0 as (
    select
        nodes.edition,
        nodes.index_code,
        nodes.node_code,
        nodes.parent_code
    from nodes
    left join nodes as children
        on
            nodes.edition = children.edition
            and nodes.index_code = children.index_code
            and nodes.node_code = children.parent_code
    where children.node_code is null
),

{% for height in range(1, var('framework_depth') + 1) -%}
height_{{ height }} as (
    select distinct
        nodes.edition,
        nodes.index_code,
        nodes.node_code,
        nodes.parent_code
    from nodes
    inner join height_{{ height - 1 }} as children
        on
            nodes.edition = children.edition
            and nodes.index_code = children.index_code
            and nodes.node_code = children.parent_code
),

{% endfor -%}

heights as (
    {% for height in range(var('framework_depth') + 1) -%}
    select
        edition,
        index_code,
        node_code,
        {{ height }} as height
    from height_{{ height }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

highest as (
    select
        edition,
        index_code,
        node_code,
        max(height) as height
    from heights
    group by edition, index_code, node_code
),

measured as (
    select
        nodes.edition,
        nodes.index_code,
        nodes.node_code,
        nodes.parent_code,
        nodes.node_order,
        nodes.name_zh,
        nodes.name_en,
        highest.height,
        highest.height = 0 as is_leaf,
        nodes.weight,
        nodes.weighting,
        nodes.aggregation,
        nodes.measure_code,
        nodes.denominator_code,
        nodes.direction,
        nodes.treatment,
        nodes.treatment_parameter,
        nodes.normalisation,
        nodes.goal_low,
        nodes.goal_high,
        nodes.points_per_unit,
        nodes.sample_min,
        nodes.missing_rule,
        coalesce(nodes.is_veto, false) as is_veto,
        frameworks.compared_within,
        frameworks.coverage_min,
        frameworks.pass_mark,
        nodes.origin,
        nodes.reasoning_zh,
        nodes.reasoning_en,
        nodes.source
    from nodes
    inner join frameworks on nodes.edition = frameworks.edition and nodes.index_code = frameworks.index_code
    inner join highest
        on
            nodes.edition = highest.edition
            and nodes.index_code = highest.index_code
            and nodes.node_code = highest.node_code
)

select * from measured
