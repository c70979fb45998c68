ours as (
    select named_subjects.subject_name, ranked.*
    from indices.idx_rank as ranked
    inner join named_subjects using (edition, subject_id)
),

-- Of each rank who has it with the least score, and the next better rank.
steps as (
    select
        edition, index_code, rank_class, subject_rank, subject_id,
        lag(subject_rank) over better_first as next_rank,
        lag(subject_id) over better_first as next_subject_id
    from (
        select *
        from indices.idx_rank
        where subject_rank is not null
        qualify
            row_number() over (
                partition by edition, index_code, rank_class, subject_rank order by index_score, subject_id
            ) = 1
    )
    window better_first as (partition by edition, index_code, rank_class order by subject_rank)
),

better as (
    select ours.edition, ours.index_code, ours.subject_id, steps.next_rank, steps.next_subject_id
    from ours
    inner join steps using (edition, index_code, rank_class, subject_rank)
    where steps.next_rank is not null
),

-- Ranks are taken on steps of the width within which scores are tied: the lower edge of the next one's is enough,
-- and more than the ten decimals of a rescaled value can take away.
targets as (
    select
        better.*,
        scores.score as next_score,
        (round(scores.score / roots.tied_within) - 0.5) * roots.tied_within + 1e-9 as least_score
    from better
    inner join indices.dim_framework_node as roots
        on better.edition = roots.edition and better.index_code = roots.index_code and roots.parent_code is null
    inner join indices.idx_score as scores
        on better.edition = scores.edition and better.index_code = scores.index_code
        and better.next_subject_id = scores.subject_id and scores.parent_code is null
),

nodes as (
    select
        scores.*,
        framework.index_name_zh, framework.index_name_en, framework.node_order, framework.name_zh, framework.name_en,
        framework.weight, framework.weighting, framework.aggregation, framework.denominator_code,
        framework.direction, framework.treatment, framework.normalisation,
        case when framework.treatment = 'log' then ln(framework.goal_low + 1) else framework.goal_low end as goal_low,
        case when framework.treatment = 'log' then ln(framework.goal_high + 1) else framework.goal_high end
            as goal_high,
        case when framework.normalisation = 'min_max' then coalesce(framework.goal_low, 0) else 0 end as score_low,
        case when framework.normalisation = 'min_max' then coalesce(framework.goal_high, 100) else 100 end
            as score_high,
        framework.points_per_unit, framework.missing_rule, framework.coverage_min,
        framework.origin, framework.source
    from indices.idx_score as scores
    inner join ours using (edition, index_code, subject_id)
    inner join indices.dim_framework_node as framework using (edition, index_code, node_code)
),

-- Of each node what its siblings add to the one above.
others as (
    select
        nodes.edition, nodes.index_code, nodes.subject_id, nodes.node_code,
        coalesce(sum(siblings.weight_share) filter (where siblings.score is not null), 0) as other_share,
        coalesce(sum(siblings.weight_share * siblings.score), 0) as other_sum,
        coalesce(sum(case when siblings.score > 0 then siblings.weight_share * ln(siblings.score / 100) end), 0)
            as other_logarithm,
        coalesce(sum(case when siblings.score > 0 then siblings.weight_share / siblings.score end), 0)
            as other_inverse,
        coalesce(bool_or(siblings.score <= 0 and siblings.weight_share > 0), false) as has_other_zero,
        coalesce(bool_or(siblings.is_veto and siblings.is_vetoed), false) as has_other_veto,
        coalesce(bool_or(siblings.score is null and siblings.missing_rule = 'fail'), false) as has_other_gap
    from nodes
    left join nodes as siblings
        on nodes.edition = siblings.edition and nodes.index_code = siblings.index_code
        and nodes.subject_id = siblings.subject_id and nodes.parent_code = siblings.parent_code
        and nodes.node_code <> siblings.node_code
    group by nodes.edition, nodes.index_code, nodes.subject_id, nodes.node_code
),

-- From the root down: the score each part would need alone; empty where no score of it would do.
needed as (
    select
        nodes.edition, nodes.index_code, nodes.subject_id, nodes.node_code, nodes.aggregation, nodes.is_vetoed,
        0 as depth,
        [lpad(cast(nodes.node_order as varchar), 9, '0') || nodes.node_code] as path,
        targets.least_score as needed_score
    from nodes
    left join targets using (edition, index_code, subject_id)
    where nodes.parent_code is null
    union all
    select
        nodes.edition, nodes.index_code, nodes.subject_id, nodes.node_code, nodes.aggregation, nodes.is_vetoed,
        above.depth + 1 as depth,
        list_append(above.path, lpad(cast(nodes.node_order as varchar), 9, '0') || nodes.node_code) as path,
        case
            when above.needed_score is null or others.has_other_gap then null
            when nodes.is_veto and not nodes.is_vetoed then null
            when nodes.is_veto
                then
                    case
                        when not others.has_other_veto and others.other_share > 0
                            and others.other_sum / others.other_share >= above.needed_score - 1e-9
                            then 1e-6
                    end
            when above.aggregation = 'rubric' and others.has_other_veto then null
            when not nodes.weight_share > 0 then null
            when above.aggregation in ('geometric', 'harmonic') and others.has_other_zero then null
            when above.aggregation = 'geometric'
                then
                    100 * exp(
                        (
                            (others.other_share + nodes.weight_share) * ln(above.needed_score / 100)
                            - others.other_logarithm
                        ) / nodes.weight_share
                    )
            when above.aggregation = 'harmonic'
                then
                    case
                        when (others.other_share + nodes.weight_share) / above.needed_score > others.other_inverse
                            then
                                nodes.weight_share / (
                                    (others.other_share + nodes.weight_share) / above.needed_score
                                    - others.other_inverse
                                )
                    end
            else
                ((others.other_share + nodes.weight_share) * above.needed_score - others.other_sum)
                / nodes.weight_share
        end as needed_score
    from needed as above
    inner join nodes
        on above.edition = nodes.edition and above.index_code = nodes.index_code
        and above.subject_id = nodes.subject_id and above.node_code = nodes.parent_code
    inner join others
        on nodes.edition = others.edition and nodes.index_code = others.index_code
        and nodes.subject_id = others.subject_id and nodes.node_code = others.node_code
),

leaves as (
    select nodes.*, needed.needed_score
    from nodes
    inner join needed using (edition, index_code, subject_id, node_code)
    where nodes.is_leaf and needed.needed_score is not null
),

-- The yardsticks of each indicator: the values it is compared with.
yardsticks as (
    select
        edition, index_code, node_code, compared_class,
        min(treated_value) as lowest_value,
        max(treated_value) as highest_value,
        avg(treated_value) as mean_value,
        stddev_samp(treated_value) as deviation,
        count(*) as value_count
    from indices.idx_score
    where treated_value is not null
    group by edition, index_code, node_code, compared_class
),

-- Who is ranked by place alone is compared with each of the others, from the best to the worst.
placed as (
    select
        leaves.edition, leaves.index_code, leaves.subject_id, leaves.node_code,
        list(peers.treated_value order by leaves.direction * peers.treated_value desc) as other_values
    from leaves
    inner join indices.idx_score as peers
        on leaves.edition = peers.edition and leaves.index_code = peers.index_code
        and leaves.node_code = peers.node_code and leaves.compared_class = peers.compared_class
        and leaves.subject_id <> peers.subject_id
    where leaves.normalisation in ('rank', 'percentile') and peers.treated_value is not null
    group by leaves.edition, leaves.index_code, leaves.subject_id, leaves.node_code
),

compared as (
    select
        leaves.edition, leaves.index_code, leaves.subject_id, leaves.node_code,
        yardsticks.lowest_value, yardsticks.highest_value, yardsticks.mean_value, yardsticks.deviation,
        yardsticks.value_count + case when leaves.treated_value is null then 1 else 0 end as value_count,
        yardsticks.lowest_value = yardsticks.highest_value as is_constant,
        placed.other_values
    from leaves
    inner join yardsticks using (edition, index_code, node_code, compared_class)
    left join placed using (edition, index_code, subject_id, node_code)
),

bands as (
    select
        *,
        lead(lower_bound) over (partition by edition, index_code, node_code order by lower_bound) as upper_bound
    from indices.dim_framework_band
),

-- The nearest band that has the points: from its lower bound up, or below its upper one.
banded as (
    select
        leaves.edition, leaves.index_code, leaves.subject_id, leaves.node_code,
        case when coalesce(leaves.treated_value < bands.lower_bound, true) then 'at_least' else 'below' end
            as relation,
        case when coalesce(leaves.treated_value < bands.lower_bound, true) then bands.lower_bound
            else bands.upper_bound end as bound,
        row_number() over (
            partition by leaves.edition, leaves.index_code, leaves.subject_id, leaves.node_code
            order by
                abs(
                    coalesce(leaves.treated_value, 0)
                    - case when coalesce(leaves.treated_value < bands.lower_bound, true) then bands.lower_bound
                        else bands.upper_bound end
                ),
                bands.lower_bound
        ) as place
    from leaves
    inner join bands using (edition, index_code, node_code)
    where leaves.normalisation = 'banded' and bands.points >= leaves.needed_score - 1e-9
),

-- The treated value that has the needed score, by each way of rescaling; empty where none has.
inverted as (
    select
        leaves.edition, leaves.index_code, leaves.subject_id, leaves.node_code,
        leaves.treatment, leaves.is_veto, leaves.normalisation, leaves.direction,
        compared.highest_value, compared.lowest_value, compared.other_values,
        greatest(leaves.needed_score, 0) as needed_score,
        case
            when leaves.normalisation = 'banded' then banded.relation
            when leaves.normalisation = 'boolean' and leaves.direction > 0 then 'other_than'
            when leaves.normalisation = 'boolean' then 'exactly'
            when leaves.normalisation = 'deduction' then 'at_most'
            when leaves.normalisation = 'percentile' or leaves.is_veto
                then case when leaves.direction > 0 then 'above' else 'below' end
            when leaves.direction > 0 then 'at_least'
            else 'at_most'
        end as relation,
        case
            when leaves.normalisation = 'banded' then banded.bound
            -- Where all are the same, so is every score, as long as the yardsticks stay.
            when leaves.normalisation in ('min_max', 'z_score') and compared.is_constant then null
            when leaves.normalisation = 'z_score'
                then
                    compared.mean_value
                    + leaves.direction * (leaves.needed_score - 50) / 10 * compared.deviation
            when leaves.needed_score > leaves.score_high + 1e-9 then null
            when leaves.normalisation = 'boolean' then 0
            when leaves.normalisation = 'deduction'
                then leaves.weight * (1 - greatest(leaves.needed_score, 0) / 100) / leaves.points_per_unit
            when leaves.normalisation = 'given'
                then
                    case
                        when leaves.direction > 0 then greatest(leaves.needed_score, 0)
                        else 100 - greatest(leaves.needed_score, 0)
                    end
            when leaves.normalisation = 'goalposts' and leaves.direction > 0
                then
                    leaves.goal_low
                    + greatest(leaves.needed_score, 0) / 100 * (leaves.goal_high - leaves.goal_low)
            when leaves.normalisation = 'goalposts'
                then
                    leaves.goal_high
                    - greatest(leaves.needed_score, 0) / 100 * (leaves.goal_high - leaves.goal_low)
            when leaves.normalisation = 'min_max' and leaves.direction > 0
                then
                    compared.lowest_value
                    + greatest(leaves.needed_score - leaves.score_low, 0) / (leaves.score_high - leaves.score_low)
                    * (compared.highest_value - compared.lowest_value)
            when leaves.normalisation = 'min_max'
                then
                    compared.highest_value
                    - greatest(leaves.needed_score - leaves.score_low, 0) / (leaves.score_high - leaves.score_low)
                    * (compared.highest_value - compared.lowest_value)
            when leaves.normalisation = 'distance_to_best' and leaves.direction > 0
                then greatest(leaves.needed_score, 0) / 100 * compared.highest_value
            when leaves.normalisation = 'distance_to_best' and leaves.needed_score > 0
                then 100 * compared.lowest_value / leaves.needed_score
            when leaves.normalisation = 'rank'
                then
                    compared.other_values[
                        cast(
                            floor(
                                compared.value_count + 1
                                - greatest(leaves.needed_score, 0) * compared.value_count / 100 + 1e-9
                            ) as integer
                        )
                    ]
            when leaves.normalisation = 'percentile'
                then
                    compared.other_values[
                        cast(
                            compared.value_count
                            - greatest(
                                ceil(leaves.needed_score * (compared.value_count - 1) / 100 - 1e-9), 1
                            ) as integer
                        )
                    ]
        end as needed_treated
    from leaves
    left join compared using (edition, index_code, subject_id, node_code)
    left join banded
        on leaves.edition = banded.edition and leaves.index_code = banded.index_code
        and leaves.subject_id = banded.subject_id and leaves.node_code = banded.node_code and banded.place = 1
),

-- Who is equal to others has the percentile of half of them below: where that is enough, no more is needed.
tied as (
    select
        *,
        len(other_values) - list_position(other_values, needed_treated) + 1 as not_better_count,
        list_position(list_reverse(other_values), needed_treated) - 1 as worse_count
    from inverted
),

related as (
    select
        * replace (
            case
                when normalisation <> 'percentile' or is_veto then relation
                when 50 * (not_better_count + worse_count) / len(other_values) < needed_score - 1e-9 then relation
                when relation = 'above' then 'at_least'
                else 'at_most'
            end as relation
        )
    from tied
),

wanted as (
    select
        edition, index_code, subject_id, node_code, relation,
        case
            when treatment in ('winsorise', 'skew') and relation = 'above' and needed_treated >= highest_value then null
            when treatment in ('winsorise', 'skew') and relation = 'below' and needed_treated <= lowest_value then null
            when treatment = 'log' then exp(needed_treated) - 1
            else needed_treated
        end as needed_value
    from related
),

read_rows as (
    select
        nodes.edition, nodes.index_code, nodes.subject_id, nodes.node_code,
        list(
            {
                'measure_code': evidence.measure_code,
                'source': evidence.source,
                {% if has('indices.idx_evidence', 'file_name') %}'file_name': evidence.file_name,{% endif %}
                'file_id': evidence.file_id,
                'sheet': evidence.sheet,
                'row_count': evidence.row_count,
                'first_row_number': evidence.first_row_number,
                'last_row_number': evidence.last_row_number,
                'row_numbers': evidence.row_numbers
            }
            order by
                evidence.measure_code, evidence.source,
                {% if has('indices.idx_evidence', 'file_name') %}evidence.file_name,{% endif %} evidence.sheet
        ) as evidence
    from nodes
    inner join indices.idx_evidence as evidence
        on nodes.edition = evidence.edition and nodes.subject_id = evidence.subject_id
        and (nodes.measure_code = evidence.measure_code or nodes.denominator_code = evidence.measure_code)
    group by nodes.edition, nodes.index_code, nodes.subject_id, nodes.node_code
)

select
    row_number() over (order by nodes.edition, nodes.subject_id, nodes.index_code, needed.path) as line_number,
    nodes.edition, nodes.subject_id, ours.subject_name,
    nodes.index_code, nodes.index_name_zh, nodes.index_name_en,
    ours.rank_class, ours.subject_rank, ours.ranked_count, ours.tied_count, ours.index_score, ours.is_passed,
    ours.coverage as index_coverage, nodes.coverage_min, ours.null_reason as unranked_reason,
    targets.next_rank, targets.next_subject_id, targets.next_score,
    needed.depth, nodes.node_code, nodes.parent_code, nodes.name_zh, nodes.name_en, nodes.is_leaf,
    nodes.aggregation, nodes.weighting, nodes.measure_code, nodes.denominator_code, nodes.direction,
    nodes.treatment, nodes.normalisation, nodes.weight, nodes.weight_share, nodes.weight_used,
    nodes.raw_value, nodes.treated_value, nodes.absence, nodes.is_imputed, nodes.sample_size, nodes.score,
    nodes.standard_error,
    nodes.weighted_score, nodes.contribution_share, nodes.is_veto, nodes.is_vetoed, nodes.null_reason,
    case
        when not nodes.is_leaf or targets.next_rank is null then null
        when wanted.needed_value is null then 'cannot_alone'
        else wanted.relation
    end as change_code,
    case when nodes.is_leaf and wanted.needed_value is not null then needed.needed_score end as needed_score,
    wanted.needed_value,
    read_rows.evidence,
    nodes.origin, nodes.source, nodes.is_synthetic
from nodes
inner join needed using (edition, index_code, subject_id, node_code)
inner join ours using (edition, index_code, subject_id)
left join targets using (edition, index_code, subject_id)
left join wanted using (edition, index_code, subject_id, node_code)
left join read_rows using (edition, index_code, subject_id, node_code)
order by line_number
