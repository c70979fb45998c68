-- Every rank that changed: places won or lost by the subject's own score, by those who came or went, and by the others.
-- Own: from the place its earlier score would have in the later field to the place it has.
create or replace temp table rank_change as
with tied as (
    select edition, index_code, max(tied_within * score_scale / 100) as tied_within
    from after.indices.dim_framework_node
    group by edition, index_code
),

-- Ranks are taken on steps of the width within which scores are tied.
o as (
    select edition, index_code, rank_class, subject_id, subject_rank, round(index_score / tied_within) as score_step
    from before.indices.idx_rank
    left join tied using (edition, index_code)
),

n as (
    select edition, index_code, rank_class, subject_id, subject_rank, round(index_score / tied_within) as score_step
    from after.indices.idx_rank
    left join tied using (edition, index_code)
),

moved as (
    select
        edition,
        index_code,
        subject_id,
        coalesce(n.rank_class, o.rank_class) as rank_class,
        o.rank_class as old_class,
        o.subject_rank as old_rank,
        n.subject_rank as new_rank,
        o.score_step as old_step,
        n.score_step as new_step
    from o
    full outer join n using (edition, index_code, subject_id)
    where o.subject_rank is distinct from n.subject_rank or o.rank_class is distinct from n.rank_class
),

-- The later field; those of it who were not ranked in their class before; and those who are ranked in it no more.
fields as (
    select 'all' as field, edition, index_code, rank_class, score_step
    from n
    where subject_rank is not null
    union all
    select 'come' as field, n.edition, n.index_code, n.rank_class, n.score_step
    from n
    left join o using (edition, index_code, subject_id, rank_class)
    where n.subject_rank is not null and o.subject_rank is null
    union all
    select 'gone' as field, o.edition, o.index_code, o.rank_class, o.score_step
    from o
    left join n using (edition, index_code, subject_id, rank_class)
    where o.subject_rank is not null and n.subject_rank is null
),

-- How many of a field are above each of its scores; below the lowest, all of them are.
points as (
    select distinct
        field,
        edition,
        index_code,
        rank_class,
        score_step,
        rank() over (partition by field, edition, index_code, rank_class order by score_step desc) - 1 as above_count
    from fields
    union all
    select field, edition, index_code, rank_class, cast('-infinity' as double), count(*)
    from fields
    group by field, edition, index_code, rank_class
),

asked as (
    select moved.*, asked_field as field
    from moved
    cross join (values ('all'), ('come'), ('gone')) as asked_fields (asked_field)
    where moved.old_step is not null
),

counted as (
    select
        asked.edition,
        asked.index_code,
        asked.subject_id,
        max(case when asked.field = 'all' then coalesce(points.above_count, 0) end) as all_above,
        max(case when asked.field = 'come' then coalesce(points.above_count, 0) end) as come_above,
        max(case when asked.field = 'gone' then coalesce(points.above_count, 0) end) as gone_above
    from asked
    asof left join points
        on
            asked.field = points.field
            and asked.edition = points.edition
            and asked.index_code = points.index_code
            and asked.rank_class = points.rank_class
            and asked.old_step >= points.score_step
    group by asked.edition, asked.index_code, asked.subject_id
),

placed as (
    select
        moved.*,
        1
        + counted.all_above
        - case when moved.new_rank is not null and moved.new_step > moved.old_step then 1 else 0 end
            as old_score_place,
        counted.come_above,
        counted.gone_above
    from moved
    left join counted using (edition, index_code, subject_id)
)

select
    placed.edition,
    placed.index_code,
    placed.rank_class,
    placed.subject_id,
    coalesce(new_subject.subject_name, old_subject.subject_name) as subject_name,
    placed.old_rank,
    placed.new_rank,
    placed.new_rank - placed.old_rank as change,
    case
        when placed.old_rank is not null and placed.new_rank is not null
            then placed.new_rank - placed.old_score_place
    end as from_own_score,
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
left join after.core.dim_subject as new_subject using (edition, subject_id)
left join before.core.dim_subject as old_subject using (edition, subject_id)
