-- Every index score that changed, split exactly into its causes.
--
-- An index is the sum of its leaves, each its score times the product of the weights on its path. With w and s the
-- weight and score of a leaf before (o) and after (n), its part of the change is
-- (w_o + w_n) / 2 * (s_n - s_o) + (s_o + s_n) / 2 * (w_n - w_o), which is exact. The first term is the subject's own as
-- far as its own value would have changed its score among the earlier field (interpolated between the values of that
-- field; among the later field where it lies outside), and the field's or the method's beyond that. What no sum of
-- leaves explains is the cause's of the veto that came or went, where one did; else (geometric means) `from_unsplit`.
create or replace temp table score_change as
with recursive old_weights as (
    select edition, index_code, subject_id, node_code, cast(1 as double) as path_weight
    from before.indices.idx_score
    where parent_code is null
    union all
    select
        scores.edition,
        scores.index_code,
        scores.subject_id,
        scores.node_code,
        old_weights.path_weight * scores.weight_used
    from before.indices.idx_score as scores
    inner join old_weights
        on
            scores.edition = old_weights.edition
            and scores.index_code = old_weights.index_code
            and scores.subject_id = old_weights.subject_id
            and scores.parent_code = old_weights.node_code
    where (scores.edition, scores.index_code) in (select (edition, index_code) from moved_index)
),

new_weights as (
    select edition, index_code, subject_id, node_code, cast(1 as double) as path_weight
    from after.indices.idx_score
    where parent_code is null
    union all
    select
        scores.edition,
        scores.index_code,
        scores.subject_id,
        scores.node_code,
        new_weights.path_weight * scores.weight_used
    from after.indices.idx_score as scores
    inner join new_weights
        on
            scores.edition = new_weights.edition
            and scores.index_code = new_weights.index_code
            and scores.subject_id = new_weights.subject_id
            and scores.parent_code = new_weights.node_code
    where (scores.edition, scores.index_code) in (select (edition, index_code) from moved_index)
),

old_leaves as (
    select scores.*, coalesce(old_weights.path_weight, 0) as path_weight
    from before.indices.idx_score as scores
    inner join moved_root using (edition, index_code, subject_id)
    left join old_weights using (edition, index_code, subject_id, node_code)
    where scores.is_leaf
),

new_leaves as (
    select scores.*, coalesce(new_weights.path_weight, 0) as path_weight
    from after.indices.idx_score as scores
    inner join moved_root using (edition, index_code, subject_id)
    left join new_weights using (edition, index_code, subject_id, node_code)
    where scores.is_leaf
),

leaves as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        coalesce(n.compared_class, o.compared_class) as compared_class,
        o.raw_value as old_raw,
        n.raw_value as new_raw,
        o.score as old_score,
        n.score as new_score,
        coalesce(o.path_weight, 0) as old_weight,
        coalesce(n.path_weight, 0) as new_weight,
        coalesce(o.is_vetoed, false) <> coalesce(n.is_vetoed, false) as is_veto_moved
    from old_leaves as o
    full outer join new_leaves as n using (edition, index_code, subject_id, node_code)
),

old_points as (
    select edition, index_code, node_code, compared_class, raw_value, max(score) as score
    from before.indices.idx_score
    where is_leaf and raw_value is not null and score is not null
    group by all
),

new_points as (
    select edition, index_code, node_code, compared_class, raw_value, max(score) as score
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
            leaves.edition = low.edition and leaves.index_code = low.index_code
            and leaves.node_code = low.node_code
            and leaves.compared_class = low.compared_class and leaves.new_raw >= low.raw_value
    asof left join old_points as high
        on
            leaves.edition = high.edition and leaves.index_code = high.index_code
            and leaves.node_code = high.node_code
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
            bounded.edition = low.edition and bounded.index_code = low.index_code
            and bounded.node_code = low.node_code
            and bounded.compared_class = low.compared_class and bounded.old_raw >= low.raw_value
    asof left join new_points as high
        on
            bounded.edition = high.edition and bounded.index_code = high.index_code
            and bounded.node_code = high.node_code
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
        interpolated.edition,
        interpolated.index_code,
        interpolated.subject_id,
        interpolated.node_code,
        interpolated.old_raw is distinct from interpolated.new_raw as is_own_value_changed,
        interpolated.is_veto_moved,
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
    left join moved_node using (edition, index_code, node_code)
    left join moved_index using (edition, index_code)
),

caused as (
    select
        parts.edition,
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
        end as own_cause,
        case
            when not parts.is_veto_moved then null
            when parts.is_own_value_changed then own_cause
            when parts.is_node_moved then 'method'
            else 'set'
        end as veto_cause
    from parts
    cross join comparison
    left join changed_subject using (edition, subject_id)
),

summed as (
    select
        edition,
        index_code,
        subject_id,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'subject'), 0) as from_subject,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'correction'), 0) as from_correction,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'set'), 0) + sum(field_part) as from_set,
        coalesce(sum(own_part + own_weight_part) filter (where own_cause = 'method'), 0)
        + sum(node_part)
        + sum(method_weight_part) as from_method,
        -- Where several vetoes came or went, the subject's own is named first.
        max_by(veto_cause, ['set', 'method', 'correction', 'subject'].list_position(veto_cause)) as veto_cause
    from caused
    group by edition, index_code, subject_id
),

rested as (
    select
        moved_root.*,
        summed.* exclude (edition, index_code, subject_id),
        (moved_root.new_score - moved_root.old_score)
        - summed.from_subject
        - summed.from_correction
        - summed.from_set
        - summed.from_method as rest
    from moved_root
    left join summed using (edition, index_code, subject_id)
)

select
    rested.edition,
    rested.index_code,
    rested.subject_id,
    coalesce(new_subject.subject_name, old_subject.subject_name) as subject_name,
    rested.old_score,
    rested.new_score,
    rested.new_score - rested.old_score as change,
    rested.from_subject + case when rested.veto_cause = 'subject' then rested.rest else 0 end as from_subject,
    rested.from_correction + case when rested.veto_cause = 'correction' then rested.rest else 0 end as from_correction,
    rested.from_set + case when rested.veto_cause = 'set' then rested.rest else 0 end as from_set,
    rested.from_method + case when rested.veto_cause = 'method' then rested.rest else 0 end as from_method,
    case when rested.veto_cause is null then rested.rest else 0 end as from_unsplit,
    case
        when rested.old_score is null and rested.new_score is not null then 'scored now'
        when rested.new_score is null then 'scored no more'
    end as note
from rested
left join after.core.dim_subject as new_subject using (edition, subject_id)
left join before.core.dim_subject as old_subject using (edition, subject_id)
