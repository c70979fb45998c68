-- What the score query needs first: roots whose score changed, and what of the method changed.
create or replace temp table moved_root as
with o as (
    select edition, index_code, subject_id, score from before.indices.idx_score where parent_code is null
),

n as (
    select edition, index_code, subject_id, score from after.indices.idx_score where parent_code is null
)

select edition, index_code, subject_id, o.score as old_score, n.score as new_score
from o
full outer join n using (edition, index_code, subject_id)
where abs(coalesce(n.score, -1) - coalesce(o.score, -1)) > 1e-9;

create or replace temp table moved_node as
select
    edition,
    index_code,
    node_code,
    (
        o.measure_code, o.denominator_code, o.direction, o.treatment, o.treatment_parameter, o.normalisation,
        o.goal_low, o.goal_high, o.points_per_unit, o.missing_rule, o.compared_within
    ) is distinct from (
        n.measure_code, n.denominator_code, n.direction, n.treatment, n.treatment_parameter, n.normalisation,
        n.goal_low, n.goal_high, n.points_per_unit, n.missing_rule, n.compared_within
    ) as is_moved
from before.indices.dim_framework_node as o
full outer join after.indices.dim_framework_node as n using (edition, index_code, node_code);

create or replace temp table moved_index as
with nodes as (
    select
        edition,
        index_code,
        (o.parent_code, o.weight_share, o.aggregation, o.is_veto)
        is distinct from (n.parent_code, n.weight_share, n.aggregation, n.is_veto) as is_weighing_moved
    from before.indices.dim_framework_node as o
    full outer join after.indices.dim_framework_node as n using (edition, index_code, node_code)
)

select edition, index_code, bool_or(is_weighing_moved) as is_weighing_moved
from nodes
where (edition, index_code) in (select (edition, index_code) from moved_root)
group by edition, index_code;
