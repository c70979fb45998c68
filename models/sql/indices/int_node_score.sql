{#-
    Errors go up by the delta method: a geometric mean G moves by w G / s where a part s of share w moves by one, a
    harmonic mean H by w (H / s) squared. Of parts that are next to nothing the slope says nothing, so neither has an
    error there; and none has one as soon as that of one part is not known.
-#}
{%- set least_score = 0.01 -%}
with normalised as (
    select * from {{ ref('int_indicator_normalised') }}
),

nodes as (
    select * from {{ ref('int_framework_node') }}
),

weights as (
    select * from {{ ref('int_node_weight') }}
),

-- What a node passes to the one above it. Each step up aggregates where all children are there and keeps the rest.
passed_0 as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        normalised_value as score,
        -- What stands in for a measurement is no evidence; that something is not offered is.
        case
            when normalised_value is null then cast(0 as double)
            when coalesce(absence, 'none') = 'not_measured' then cast(0 as double)
            else cast(1 as double)
        end as coverage,
        coalesce(absence, 'none') <> 'not_applicable' as is_applicable,
        normalised_standard_error * normalised_standard_error as variance,
        is_vetoed,
        null_reason,
        is_synthetic
    from normalised
),

{% for height in range(1, var('framework_depth') + 1) -%}
targeted_{{ height }} as (
    select
        passed.edition,
        passed.index_code,
        passed.subject_id,
        case when parents.height = {{ height }} then parents.node_code else passed.node_code end as node_code,
        case when parents.height = {{ height }} then parents.aggregation else 'kept' end as aggregation,
        case when parents.height = {{ height }} then coalesce(weights.weight_share, 0) else 1 end as weight_share,
        children.missing_rule,
        children.is_veto and parents.height = {{ height }} as is_veto,
        passed.score,
        passed.coverage,
        passed.is_applicable,
        passed.variance,
        passed.is_vetoed,
        passed.null_reason,
        passed.is_synthetic
    from passed_{{ height - 1 }} as passed
    inner join nodes as children
        on
            passed.edition = children.edition
            and passed.index_code = children.index_code
            and passed.node_code = children.node_code
    left join nodes as parents
        on
            children.edition = parents.edition
            and children.index_code = parents.index_code
            and children.parent_code = parents.node_code
    left join weights
        on
            passed.edition = weights.edition
            and passed.index_code = weights.index_code
            and passed.node_code = weights.node_code
),

summed_{{ height }} as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        aggregation,
        {{ exact_sum('case when score is not null then weight_share else 0 end') }} as available_share,
        {{ exact_sum('weight_share * score') }} as weighted_sum,
        {{ exact_sum('case when score > 0 then weight_share * ln(score / 100) else 0 end') }} as weighted_logarithm,
        {{ exact_sum('case when score > 0 then weight_share / score else 0 end') }} as weighted_inverse,
        min(case when weight_share > 0 then score end) as lowest_score,
        {{ exact_sum('weight_share * coverage') }} as covered_share,
        {{ exact_sum('case when is_applicable then weight_share else 0 end') }} as applicable_share,
        {{ exact_sum('case when score is not null then weight_share * weight_share * variance end') }} as variance,
        {{ exact_sum(variance_by_slope('10 / score', least_score)) }} as variance_of_logarithm,
        {{ exact_sum(variance_by_slope('power(10 / score, 2)', least_score)) }} as variance_of_inverse,
        bool_or(is_applicable) as is_applicable,
        bool_or(score is not null and weight_share > 0 and variance is null) as has_unknown_error,
        bool_or(is_veto and is_vetoed) as is_vetoed_by_child,
        bool_or(aggregation = 'kept' and is_vetoed) as is_vetoed_before,
        bool_or(aggregation <> 'kept' and score is null and coalesce(missing_rule, 'drop') = 'fail') as is_failed,
        max(case when aggregation = 'kept' then null_reason end) as kept_reason,
        bool_or(is_synthetic) as is_synthetic
    from targeted_{{ height }}
    group by edition, index_code, subject_id, node_code, aggregation
),

averaged_{{ height }} as (
    select
        *,
        case
            when aggregation = 'kept' then case when available_share > 0 then weighted_sum end
            when aggregation = 'rubric' and is_vetoed_by_child then cast(0 as double)
            when is_failed or not available_share > 0 then null
            when aggregation = 'geometric'
                then
                    case
                        when lowest_score > 0
                            then round(100 * exp(weighted_logarithm / available_share), 12)
                        else cast(0 as double)
                    end
            when aggregation = 'harmonic'
                then
                    case
                        when lowest_score > 0 then round(available_share / weighted_inverse, 12)
                        else cast(0 as double)
                    end
            else round(weighted_sum / available_share, 12)
        end as score
    from summed_{{ height }}
),

passed_{{ height }} as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        score,
        -- Evidence is asked of what applies: the rest is no gap.
        case
            when applicable_share > 0 then round(covered_share / applicable_share, 12) else cast(0 as double)
        end as coverage,
        is_applicable,
        case
            when aggregation = 'kept' then variance
            when has_unknown_error or is_vetoed_by_child and aggregation = 'rubric' or not available_share > 0 then null
            when variance = 0 or aggregation in ('arithmetic', 'rubric')
                then variance / power(available_share, 2)
            when lowest_score < {{ least_score }} then null
            when aggregation = 'geometric'
                then variance_of_logarithm * power(score / (10 * available_share), 2)
            when aggregation = 'harmonic'
                then variance_of_inverse * power(score, 4) / power(100 * available_share, 2)
        end as variance,
        case
            when aggregation = 'kept' then is_vetoed_before else aggregation = 'rubric' and is_vetoed_by_child
        end as is_vetoed,
        case
            when aggregation = 'kept' then kept_reason
            when aggregation = 'rubric' and is_vetoed_by_child then null
            when is_failed then 'required_missing'
            when not available_share > 0 then 'no_value'
        end as null_reason,
        is_synthetic
    from averaged_{{ height }}
),

{% endfor -%}

scored as (
    {% for height in range(var('framework_depth') + 1) -%}
    select
        passed.edition,
        passed.index_code,
        passed.subject_id,
        passed.node_code,
        passed.score,
        passed.coverage,
        passed.variance,
        passed.is_vetoed,
        passed.null_reason,
        passed.is_synthetic
    from passed_{{ height }} as passed
    inner join nodes
        on
            passed.edition = nodes.edition
            and passed.index_code = nodes.index_code
            and passed.node_code = nodes.node_code
    where nodes.height = {{ height }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
)

select * from scored
