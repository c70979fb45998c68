with nodes as (
    select * from {{ ref('int_framework_node') }}
),

frameworks as (
    select * from {{ ref('frameworks') }}
),

weights as (
    select * from {{ ref('int_node_weight') }}
),

notes as (
    select * from {{ ref('framework_notes') }}
),

described as (
    select
        nodes.edition,
        nodes.index_code,
        frameworks.name_zh as index_name_zh,
        frameworks.name_en as index_name_en,
        nodes.node_code,
        nodes.parent_code,
        nodes.node_order,
        nodes.name_zh,
        nodes.name_en,
        notes.note_zh,
        notes.note_en,
        nodes.height,
        nodes.is_leaf,
        nodes.weight,
        weights.weight_share,
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
        nodes.absence,
        nodes.absent_rule,
        nodes.absent_parameter,
        nodes.is_veto,
        nodes.compared_within,
        nodes.coverage_min,
        frameworks.coverage_reasoning_zh,
        frameworks.coverage_reasoning_en,
        nodes.pass_mark,
        frameworks.score_scale,
        frameworks.tied_within,
        nodes.origin,
        nodes.reasoning_zh,
        nodes.reasoning_en,
        nodes.source
    from nodes
    inner join frameworks on nodes.edition = frameworks.edition and nodes.index_code = frameworks.index_code
    left join weights
        on
            nodes.edition = weights.edition
            and nodes.index_code = weights.index_code
            and nodes.node_code = weights.node_code
    left join notes
        on
            nodes.edition = notes.edition
            and nodes.index_code = notes.index_code
            and nodes.node_code = notes.node_code
)

select * from described
