with scores as (
    select * from {{ ref('int_node_score') }}
),

nodes as (
    select * from {{ ref('int_framework_node') }}
),

weights as (
    select * from {{ ref('int_node_weight') }}
),

normalised as (
    select * from {{ ref('int_indicator_normalised') }}
),

described as (
    select
        scores.edition,
        scores.index_code,
        scores.subject_id,
        scores.node_code,
        nodes.parent_code,
        nodes.height,
        nodes.is_leaf,
        nodes.is_veto,
        nodes.measure_code,
        normalised.compared_class,
        normalised.raw_value,
        normalised.treated_value,
        normalised.absence,
        coalesce(normalised.is_imputed, false) as is_imputed,
        normalised.sample_size,
        scores.score,
        sqrt(scores.variance) as standard_error,
        scores.coverage,
        weights.weight_share,
        scores.is_vetoed,
        scores.null_reason,
        scores.is_synthetic,
        {{ exact_sum_over(
            'case when scores.score is not null then coalesce(weights.weight_share, 0) else 0 end',
            ['scores.edition', 'scores.index_code', 'scores.subject_id', 'nodes.parent_code']
        ) }} as available_share
    from scores
    inner join nodes
        on
            scores.edition = nodes.edition
            and scores.index_code = nodes.index_code
            and scores.node_code = nodes.node_code
    left join weights
        on
            scores.edition = weights.edition
            and scores.index_code = weights.index_code
            and scores.node_code = weights.node_code
    left join normalised
        on
            scores.edition = normalised.edition
            and scores.index_code = normalised.index_code
            and scores.subject_id = normalised.subject_id
            and scores.node_code = normalised.node_code
),

weighed as (
    select
        *,
        case when score is not null and available_share > 0 then weight_share / available_share end as weight_used
    from described
),

explained as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        parent_code,
        height,
        is_leaf,
        measure_code,
        compared_class,
        raw_value,
        treated_value,
        absence,
        is_imputed,
        sample_size,
        score,
        standard_error,
        coverage,
        weight_share,
        weight_used,
        weight_used * score as weighted_score,
        case
            when
                {{ exact_sum_over('weight_used * score', ['edition', 'index_code', 'subject_id', 'parent_code']) }} > 0
                then
                    weight_used
                    * score
                    / {{ exact_sum_over(
                        'weight_used * score', ['edition', 'index_code', 'subject_id', 'parent_code']
                    ) }}
        end as contribution_share,
        is_veto,
        is_vetoed,
        null_reason,
        is_synthetic
    from weighed
)

select * from explained
