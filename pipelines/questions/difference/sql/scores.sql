-- Every index score that changed, split exactly into its causes.
--
-- An index is the sum of its leaves, each its score times the product of the weights on its path. With w and s the
-- weight and score of a leaf before (o) and after (n), its part of the change is
-- (w_o + w_n) / 2 * (s_n - s_o) + (s_o + s_n) / 2 * (w_n - w_o), which is exact. The first term is the subject's own as
-- far as its own value would have changed its score among the earlier field (interpolated between the values of that
-- field; among the later field where it lies outside), and the field's or the method's beyond that. What no sum of
-- leaves explains (vetoes, geometric means) is `from_unsplit`.
create or replace temp table score_change as
with recursive old_weights as (
    select index_code, subject_id, node_code, cast(1 as double) as path_weight
    from before.indices.idx_score
    where parent_code is null
    union all
    select scores.index_code, scores.subject_id, scores.node_code, old_weights.path_weight * scores.weight_used
    from before.indices.idx_score as scores
    inner join old_weights
        on
            scores.index_code = old_weights.index_code
            and scores.subject_id = old_weights.subject_id
            and scores.parent_code = old_weights.node_code
    where scores.index_code in (select index_code from moved_index)
),

new_weights as (
    select index_code, subject_id, node_code, cast(1 as double) as path_weight
    from after.indices.idx_score
    where parent_code is null
    union all
    select scores.index_code, scores.subject_id, scores.node_code, new_weights.path_weight * scores.weight_used
    from after.indices.idx_score as scores
    inner join new_weights
        on
            scores.index_code = new_weights.index_code
            and scores.subject_id = new_weights.subject_id
            and scores.parent_code = new_weights.node_code
    where scores.index_code in (select index_code from moved_index)
),

old_leaves as (
    select scores.*, coalesce(old_weights.path_weight, 0) as path_weight
    from before.indices.idx_score as scores
    inner join moved_root using (index_code, subject_id)
    left join old_weights using (index_code, subject_id, node_code)
    where scores.is_leaf
),

new_leaves as (
    select scores.*, coalesce(new_weights.path_weight, 0) as path_weight
    from after.indices.idx_score as scores
    inner join moved_root using (index_code, subject_id)
    left join new_weights using (index_code, subject_id, node_code)
    where scores.is_leaf
),

leaves as (
    select
        index_code,
        subject_id,
        node_code,
        coalesce(n.compared_class, o.compared_class) as compared_class,
        o.raw_value as old_raw,
        n.raw_value as new_raw,
        o.score as old_score,
        n.score as new_score,
        coalesce(o.path_weight, 0) as old_weight,
        coalesce(n.path_weight, 0) as new_weight
    from old_leaves as o
    full outer join new_leaves as n using (index_code, subject_id, node_code)
),

old_points as (
    select index_code, node_code, compared_class, raw_value, max(score) as score
    from before.indices.idx_score
    where is_leaf and raw_value is not null and score is not null
    group by all
),

new_points as (
    select index_code, node_code, compared_class, raw_value, max(score) as score
    from after.indices.idx_score
    where is_leaf and raw_value is not null and score is not null
    group by all
),

-- What the later value would have scored before, and what the earlier value would score now.
bounded as (
    select
        leaves.*,
        low.raw_value as old_field_low, low.score as old_field_low_score,
        high.raw_value as old_field_high, high.score as old_field_high_score
    from leaves
    asof left join old_points as low
        on
            leaves.index_code = low.index_code and leaves.node_code = low.node_code
            and leaves.compared_class = low.compared_class and leaves.new_raw >= low.raw_value
    asof left join old_points as high
        on
            leaves.index_code = high.index_code and leaves.node_code = high.node_code
            and leaves.compared_class = high.compared_class and leaves.new_raw <= high.raw_value
),

bounded_again as (
    select
        bounded.*,
        low.raw_value as new_field_low, low.score as new_field_low_score,
        high.raw_value as new_field_high, high.score as new_field_high_score
    from bounded
    asof left join new_points as low
        on
            bounded.index_code = low.index_code and bounded.node_code = low.node_code
            and bounded.compared_class = low.compared_class and bounded.old_raw >= low.raw_value
    asof left join new_points as high
        on
            bounded.index_code = high.index_code and bounded.node_code = high.node_code
            and bounded.compared_class = high.compared_class and bounded.old_raw <= high.raw_value
),

interpolated as (
    select
        *,
        old_field_low_score
        + (old_field_high_score - old_field_low_score)
        * case
            when old_field_high > old_field_low then (new_raw - old_field_low) / (old_field_high - old_field_low) else 0
        end as new_value_in_old_field,
        new_field_low_score
        + (new_field_high_score - new_field_low_score)
        * case
            when new_field_high > new_field_low then (old_raw - new_field_low) / (new_field_high - new_field_low) else 0
        end as old_value_in_new_field
    from bounded_again
),

parts as (
    select
        interpolated.index_code,
        interpolated.subject_id,
        interpolated.node_code,
        interpolated.old_raw is distinct from interpolated.new_raw as is_own_value_changed,
        coalesce(moved_node.is_moved, false) as is_node_moved,
        coalesce(moved_index.is_weighing_moved, false) as is_weighing_moved,
        case
            when interpolated.old_score is null or interpolated.new_score is null then 0
            else
                (interpolated.old_weight + interpolated.new_weight)
                / 2
                * (interpolated.new_score - interpolated.old_score)
        end as score_part,
        case
            when interpolated.old_score is null or interpolated.new_score is null
                then
                    coalesce(interpolated.new_weight * interpolated.new_score, 0)
                    - coalesce(interpolated.old_weight * interpolated.old_score, 0)
            else
                (interpolated.old_score + interpolated.new_score)
                / 2
                * (interpolated.new_weight - interpolated.old_weight)
        end as weight_part,
        (interpolated.old_weight + interpolated.new_weight)
        / 2
        * case
            when interpolated.old_raw is not distinct from interpolated.new_raw then 0
            when interpolated.old_score is null or interpolated.new_score is null then 0
            when interpolated.new_value_in_old_field is not null
                then interpolated.new_value_in_old_field - interpolated.old_score
            when interpolated.old_value_in_new_field is not null
                then interpolated.new_score - interpolated.old_value_in_new_field
            else interpolated.new_score - interpolated.old_score
        end as own_part
    from interpolated
    left join moved_node using (index_code, node_code)
    left join moved_index using (index_code)
),

caused as (
    select
        parts.index_code,
        parts.subject_id,
        parts.own_part as own_part,
        case when not parts.is_node_moved then parts.score_part - parts.own_part else 0 end as field_part,
        case when parts.is_node_moved then parts.score_part - parts.own_part else 0 end as node_part,
        case when not parts.is_weighing_moved then parts.weight_part else 0 end as own_weight_part,
        case when parts.is_weighing_moved then parts.weight_part else 0 end as method_weight_part,
        case
            when coalesce(changed_subject.has_input_change, false) then 'subject'
            when coalesce(changed_subject.has_correction_change, false) then 'correction'
            when comparison.are_rows_known and comparison.is_same_code then 'set'
            when comparison.are_rows_known then 'method'
            else 'subject'
        end as own_cause
    from parts
    cross join comparison
    left join changed_subject using (subject_id)
),

summed as (
    select
        index_code,
        subject_id,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'subject'), 0) as from_subject,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'correction'), 0) as from_correction,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'set'), 0) + sum(field_part) as from_set,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'method'), 0)
        + sum(node_part)
        + sum(method_weight_part) as from_method
    from caused
    group by index_code, subject_id
)

select
    moved_root.index_code,
    moved_root.subject_id,
    coalesce(new_subject.subject_name, old_subject.subject_name) as subject_name,
    moved_root.old_score,
    moved_root.new_score,
    moved_root.new_score - moved_root.old_score as change,
    summed.from_subject,
    summed.from_correction,
    summed.from_set,
    summed.from_method,
    (moved_root.new_score - moved_root.old_score)
    - summed.from_subject
    - summed.from_correction
    - summed.from_set
    - summed.from_method as from_unsplit,
    case
        when moved_root.old_score is null and moved_root.new_score is not null then 'scored now'
        when moved_root.new_score is null then 'scored no more'
    end as note
from moved_root
left join summed using (index_code, subject_id)
left join after.core.dim_subject as new_subject using (subject_id)
left join before.core.dim_subject as old_subject using (subject_id)
