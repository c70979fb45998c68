with raw_values as (
    select * from {{ ref('int_indicator_raw') }}
),

nodes as (
    select * from {{ ref('int_framework_node') }}
    where is_leaf
),

ordered as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        compared_class,
        raw_value,
        row_number() over (
            partition by edition, index_code, node_code, compared_class order by raw_value nulls last, subject_id
        ) as value_order,
        count(raw_value) over (partition by edition, index_code, node_code, compared_class) as value_count
    from raw_values
),

fences as (
    select
        ordered.edition,
        ordered.index_code,
        ordered.node_code,
        ordered.compared_class,
        min(
            case
                when ordered.value_order > floor(nodes.treatment_parameter * ordered.value_count) then ordered.raw_value
            end
        ) as lower_fence,
        max(
            case
                when
                    ordered.value_order
                    <= ordered.value_count - floor(nodes.treatment_parameter * ordered.value_count)
                    then ordered.raw_value
            end
        ) as upper_fence
    from ordered
    inner join nodes
        on
            ordered.edition = nodes.edition
            and ordered.index_code = nodes.index_code
            and ordered.node_code = nodes.node_code
    where nodes.treatment = 'winsorise'
    group by ordered.edition, ordered.index_code, ordered.node_code, ordered.compared_class
),

treated as (
    select
        raw_values.edition,
        raw_values.index_code,
        raw_values.subject_id,
        raw_values.node_code,
        raw_values.compared_class,
        raw_values.raw_value,
        case nodes.treatment
            when 'winsorise' then least(greatest(raw_values.raw_value, fences.lower_fence), fences.upper_fence)
            when 'log' then case when raw_values.raw_value > -1 then ln(raw_values.raw_value + 1) end
            else raw_values.raw_value
        end as treated_value,
        raw_values.is_imputed,
        raw_values.sample_size,
        raw_values.standard_error,
        raw_values.null_reason,
        raw_values.is_synthetic
    from raw_values
    inner join nodes
        on
            raw_values.edition = nodes.edition
            and raw_values.index_code = nodes.index_code
            and raw_values.node_code = nodes.node_code
    left join fences
        on
            raw_values.edition = fences.edition
            and raw_values.index_code = fences.index_code
            and raw_values.node_code = fences.node_code
            and raw_values.compared_class = fences.compared_class
),

-- An empty value stays empty: the least and the greatest of a pair leave it out.
kept_empty as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        compared_class,
        raw_value,
        case when raw_value is not null then treated_value end as treated_value,
        is_imputed,
        sample_size,
        standard_error,
        null_reason,
        is_synthetic
    from treated
)

select * from kept_empty
