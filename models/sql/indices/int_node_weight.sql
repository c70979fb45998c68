with nodes as (
    select * from {{ ref('int_framework_node') }}
),

normalised as (
    select * from {{ ref('int_indicator_normalised') }}
    where normalised_value is not null
),

siblings as (
    select
        children.edition,
        children.index_code,
        children.parent_code,
        children.node_code,
        children.weight,
        parents.weighting
    from nodes as children
    inner join nodes as parents
        on
            children.edition = parents.edition
            and children.index_code = parents.index_code
            and children.parent_code = parents.node_code
    where not children.is_veto
),

-- Shares do not change with the unit of all siblings: measured by the largest score, squares of small ones keep theirs.
weighed_by_data as (
    select
        normalised.edition,
        normalised.index_code,
        normalised.subject_id,
        siblings.parent_code,
        siblings.node_code,
        siblings.weighting,
        coalesce(
            100
            * normalised.normalised_value
            / nullif(
                max(abs(normalised.normalised_value)) over (
                    partition by normalised.edition, normalised.index_code, siblings.parent_code
                ),
                0
            ),
            0
        ) as score
    from normalised
    inner join siblings
        on
            normalised.edition = siblings.edition
            and normalised.index_code = siblings.index_code
            and normalised.node_code = siblings.node_code
    where siblings.weighting in ('entropy', 'critic')
),

totals as (
    select
        edition,
        index_code,
        node_code,
        count(*) as value_count,
        {{ exact_sum('score') }} as total_score,
        {{ exact_sum('score') }} / count(*) as mean_score
    from weighed_by_data
    group by edition, index_code, node_code
),

deviating as (
    select
        weighed_by_data.*,
        totals.value_count,
        weighed_by_data.score / nullif(totals.total_score, 0) as portion,
        weighed_by_data.score - totals.mean_score as deviation
    from weighed_by_data
    inner join totals
        on
            weighed_by_data.edition = totals.edition
            and weighed_by_data.index_code = totals.index_code
            and weighed_by_data.node_code = totals.node_code
),

entropies as (
    select
        edition,
        index_code,
        node_code,
        round(
            case when count(portion) > 0 then 1 else 0 end
            + {{ exact_sum('case when portion > 0 then portion * ln(portion) else 0 end') }} / ln(value_count),
            14
        ) as information
    from deviating
    where weighting = 'entropy' and value_count > 1
    group by edition, index_code, node_code, value_count
),

spreads as (
    select
        edition,
        index_code,
        node_code,
        sqrt({{ exact_sum('deviation * deviation') }} / (value_count - 1)) as standard_deviation
    from deviating
    where weighting = 'critic' and value_count > 1
    group by edition, index_code, node_code, value_count
),

-- Pearson's correlation over the subjects that have both, about their own means; a sibling that does not vary is in
-- conflict with none.
pairs as (
    select
        ours.edition,
        ours.index_code,
        ours.node_code,
        theirs.node_code as other_code,
        ours.deviation as our_deviation,
        theirs.deviation as their_deviation
    from deviating as ours
    inner join deviating as theirs
        on
            ours.edition = theirs.edition
            and ours.index_code = theirs.index_code
            and ours.subject_id = theirs.subject_id
            and ours.parent_code = theirs.parent_code
    where ours.weighting = 'critic'
),

centres as (
    select
        edition,
        index_code,
        node_code,
        other_code,
        {{ exact_sum('our_deviation') }} / count(*) as our_centre,
        {{ exact_sum('their_deviation') }} / count(*) as their_centre
    from pairs
    group by edition, index_code, node_code, other_code
),

centred as (
    select
        pairs.edition,
        pairs.index_code,
        pairs.node_code,
        pairs.other_code,
        pairs.our_deviation - centres.our_centre as ours,
        pairs.their_deviation - centres.their_centre as theirs
    from pairs
    inner join centres
        on
            pairs.edition = centres.edition
            and pairs.index_code = centres.index_code
            and pairs.node_code = centres.node_code
            and pairs.other_code = centres.other_code
),

products as (
    select
        edition,
        index_code,
        node_code,
        other_code,
        {{ exact_sum('ours * theirs') }} as crossed,
        {{ exact_sum('ours * ours') }} as ours_squared,
        {{ exact_sum('theirs * theirs') }} as theirs_squared
    from centred
    group by edition, index_code, node_code, other_code
),

conflicts as (
    select
        edition,
        index_code,
        node_code,
        {{ exact_sum('1 - coalesce(crossed / nullif(sqrt(ours_squared) * sqrt(theirs_squared), 0), 1)') }} as conflict
    from products
    group by edition, index_code, node_code
),

measures as (
    select
        siblings.*,
        case siblings.weighting
            when 'equal' then cast(1 as double)
            when 'entropy' then case when entropies.information > 0 then entropies.information end
            when 'critic' then spreads.standard_deviation * conflicts.conflict
            else siblings.weight
        end as measure_of_weight
    from siblings
    left join entropies
        on
            siblings.edition = entropies.edition
            and siblings.index_code = entropies.index_code
            and siblings.node_code = entropies.node_code
    left join spreads
        on
            siblings.edition = spreads.edition
            and siblings.index_code = spreads.index_code
            and siblings.node_code = spreads.node_code
    left join conflicts
        on
            siblings.edition = conflicts.edition
            and siblings.index_code = conflicts.index_code
            and siblings.node_code = conflicts.node_code
),

shared as (
    select
        edition,
        index_code,
        parent_code,
        node_code,
        weighting,
        case
            when {{ exact_sum_over('coalesce(measure_of_weight, 0)', ['edition', 'index_code', 'parent_code']) }} > 0
                then
                    coalesce(measure_of_weight, 0)
                    / {{ exact_sum_over('coalesce(measure_of_weight, 0)', ['edition', 'index_code', 'parent_code']) }}
            else 1 / {{ exact_sum_over('1', ['edition', 'index_code', 'parent_code']) }}
        end as weight_share
    from measures
)

select * from shared
