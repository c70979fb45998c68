with nodes as (
    select * from {{ ref('framework_nodes') }}
),

frameworks as (
    select * from {{ ref('frameworks') }}
),

absences as (
    select * from {{ ref('framework_absences') }}
    where subjects = '*'
),

-- Of the rows that fit an indicator the nearest holds: one of its index before one of all, its measure before its family.
fitting as (
    select
        nodes.edition,
        nodes.index_code,
        nodes.node_code,
        absences.absence,
        absences.missing_rule,
        absences.missing_parameter,
        row_number() over (
            partition by
                nodes.edition,
                nodes.index_code,
                nodes.node_code,
                case when absences.absence = 'not_measured' then 'row' else 'no_row' end
            order by
                case when absences.index_code = nodes.index_code then 0 else 1 end,
                case when absences.measure = nodes.measure_code then 0 else 1 end,
                absences.absence
        ) as nearness
    from nodes
    inner join absences
        on
            nodes.edition = absences.edition
            and absences.index_code in (nodes.index_code, '*')
            and absences.measure in (nodes.measure_code, split_part(nodes.measure_code, '.', 1))
    where not coalesce(nodes.is_veto, false)
),

gaps as (
    select
        edition,
        index_code,
        node_code,
        max(case when absence <> 'not_measured' then absence end) as absence,
        max(case when absence <> 'not_measured' then missing_rule end) as absent_rule,
        max(case when absence <> 'not_measured' then missing_parameter end) as absent_parameter,
        max(case when absence = 'not_measured' then missing_rule end) as missing_rule
    from fitting
    where nearness = 1
    group by edition, index_code, node_code
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
        case when highest.height = 0 then coalesce(gaps.absence, 'not_measured') end as absence,
        gaps.absent_rule,
        gaps.absent_parameter,
        -- What an indicator says for itself goes before what is said of its measure; dropping is saying nothing.
        case
            when nodes.missing_rule = 'drop' then coalesce(gaps.missing_rule, 'drop') else nodes.missing_rule
        end as missing_rule,
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
    left join gaps
        on
            nodes.edition = gaps.edition
            and nodes.index_code = gaps.index_code
            and nodes.node_code = gaps.node_code
)

select * from measured
