with treated as (
    select * from {{ ref('int_indicator_treated') }}
    where treated_value is not null
),

nodes as (
    select * from {{ ref('int_framework_node') }}
),

ranges as (
    select
        edition,
        index_code,
        node_code,
        compared_class,
        count(*) as value_count,
        min(treated_value) as lowest_value,
        max(treated_value) as highest_value
    from treated
    group by edition, index_code, node_code, compared_class
),

-- Mean and deviation are taken of places between the lowest and the highest value: no unit is too small or too large.
placed as (
    select
        treated.edition,
        treated.index_code,
        treated.node_code,
        treated.compared_class,
        ranges.value_count,
        case
            when ranges.highest_value > ranges.lowest_value
                then
                    (treated.treated_value - ranges.lowest_value) / (ranges.highest_value - ranges.lowest_value)
        end as place
    from treated
    inner join ranges
        on
            treated.edition = ranges.edition
            and treated.index_code = ranges.index_code
            and treated.node_code = ranges.node_code
            and treated.compared_class = ranges.compared_class
),

means as (
    select
        edition,
        index_code,
        node_code,
        compared_class,
        {{ exact_sum('place') }} / count(*) as mean_place
    from placed
    group by edition, index_code, node_code, compared_class
),

deviations as (
    select
        placed.edition,
        placed.index_code,
        placed.node_code,
        placed.compared_class,
        means.mean_place,
        case
            when placed.value_count > 1
                then
                    sqrt(
                        {{ exact_sum('(placed.place - means.mean_place) * (placed.place - means.mean_place)') }}
                        / (placed.value_count - 1)
                    )
        end as deviation_of_place
    from placed
    inner join means
        on
            placed.edition = means.edition
            and placed.index_code = means.index_code
            and placed.node_code = means.node_code
            and placed.compared_class = means.compared_class
    group by
        placed.edition,
        placed.index_code,
        placed.node_code,
        placed.compared_class,
        placed.value_count,
        means.mean_place
),

statistics as (
    select
        ranges.edition,
        ranges.index_code,
        ranges.node_code,
        ranges.compared_class,
        nodes.normalisation,
        ranges.value_count,
        ranges.lowest_value,
        ranges.highest_value,
        deviations.mean_place,
        deviations.deviation_of_place,
        ranges.value_count > 1
        and ranges.highest_value = ranges.lowest_value
        and nodes.normalisation in ('min_max', 'z_score') as is_constant
    from ranges
    inner join deviations
        on
            ranges.edition = deviations.edition
            and ranges.index_code = deviations.index_code
            and ranges.node_code = deviations.node_code
            and ranges.compared_class = deviations.compared_class
    inner join nodes
        on
            ranges.edition = nodes.edition
            and ranges.index_code = nodes.index_code
            and ranges.node_code = nodes.node_code
)

select * from statistics
