-- Every rank that changed: places won or lost by the subject's own score, by those who came or went, and by the others.
-- Own: from the place its earlier score would have in the later field to the place it has.
create or replace temp table rank_change as
with o as (
    select index_code, rank_class, subject_id, subject_rank, index_score from before.indices.idx_rank
),

n as (
    select index_code, rank_class, subject_id, subject_rank, index_score from after.indices.idx_rank
),

moved as (
    select
        index_code,
        subject_id,
        coalesce(n.rank_class, o.rank_class) as rank_class,
        o.rank_class as old_class,
        o.subject_rank as old_rank,
        n.subject_rank as new_rank,
        o.index_score as old_score,
        n.index_score as new_score
    from o
    full outer join n using (index_code, subject_id)
    where o.subject_rank is distinct from n.subject_rank or o.rank_class is distinct from n.rank_class
),

placed as (
    select
        moved.*,
        (
            select 1 + count(*)
            from n
            where
                n.index_code = moved.index_code
                and n.rank_class = moved.rank_class
                and n.subject_id <> moved.subject_id
                and n.subject_rank is not null
                and n.index_score > moved.old_score + 1e-6
        ) as old_score_place,
        (
            select count(*)
            from n
            left join o on n.index_code = o.index_code and n.subject_id = o.subject_id and n.rank_class = o.rank_class
            where
                n.index_code = moved.index_code
                and n.rank_class = moved.rank_class
                and n.subject_rank is not null
                and o.subject_rank is null
                and n.index_score > moved.old_score + 1e-6
        ) as come_above,
        (
            select count(*)
            from o
            left join n on n.index_code = o.index_code and n.subject_id = o.subject_id and n.rank_class = o.rank_class
            where
                o.index_code = moved.index_code
                and o.rank_class = moved.rank_class
                and o.subject_rank is not null
                and n.subject_rank is null
                and o.index_score > moved.old_score + 1e-6
        ) as gone_above
    from moved
)

select
    placed.index_code,
    placed.rank_class,
    placed.subject_id,
    coalesce(new_subject.subject_name, old_subject.subject_name) as subject_name,
    placed.old_rank,
    placed.new_rank,
    placed.new_rank - placed.old_rank as change,
    case when placed.old_rank is not null then placed.new_rank - placed.old_score_place end as from_own_score,
    case
        when placed.old_rank is not null and placed.new_rank is not null then placed.come_above - placed.gone_above
    end as from_set,
    case
        when placed.old_rank is not null and placed.new_rank is not null
            then placed.old_score_place - placed.old_rank - (placed.come_above - placed.gone_above)
    end as from_other_scores,
    case
        when placed.old_rank is null then 'ranked now'
        when placed.new_rank is null then 'ranked no more'
        when placed.old_class <> placed.rank_class then 'other class'
    end as note
from placed
left join after.core.dim_subject as new_subject using (subject_id)
left join before.core.dim_subject as old_subject using (subject_id)
