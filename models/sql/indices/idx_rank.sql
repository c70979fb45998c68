with scores as (
    select * from {{ ref('int_node_score') }}
),

roots as (
    select * from {{ ref('int_framework_node') }}
    where parent_code is null
),

subjects as (
    select * from {{ ref('int_framework_subject') }}
),

looked_at as (
    select
        scores.edition,
        scores.index_code,
        scores.subject_id,
        scores.score is null and coalesce(scores.null_reason <> 'not_applicable', true) as is_open,
        count(scores.score) over (
            partition by scores.edition, scores.index_code, scores.node_code, subjects.rank_class
        ) as looked_at_count
    from scores
    inner join {{ ref('int_framework_node') }} as nodes
        on
            scores.edition = nodes.edition
            and scores.index_code = nodes.index_code
            and scores.node_code = nodes.node_code
    inner join subjects
        on
            scores.edition = subjects.edition
            and scores.index_code = subjects.index_code
            and scores.subject_id = subjects.subject_id
    where nodes.is_veto
),

-- Who passed nobody can say while one of the vetoes that apply was not looked at; where it was looked at of others of
-- the class, nobody without it has a rank among them.
open_vetoes as (
    select
        edition,
        index_code,
        subject_id,
        bool_or(looked_at_count > 0) as is_of_this_one_alone
    from looked_at
    where is_open
    group by edition, index_code, subject_id
),

frameworks as (
    select * from {{ ref('frameworks') }}
),

-- Everybody in scope: who has no value at all is told so.
totals as (
    select
        subjects.edition,
        subjects.index_code,
        subjects.subject_id,
        subjects.rank_class,
        case
            when {{ reaches('scores.coverage', 'roots.coverage_min') }} or scores.is_vetoed then scores.score
        end as evident_score,
        coalesce(open_vetoes.is_of_this_one_alone and not scores.is_vetoed, false) as is_left_out,
        frameworks.tied_within,
        sqrt(scores.variance) as standard_error,
        coalesce(scores.coverage, 0) as coverage,
        coalesce(scores.is_vetoed, false) as is_vetoed,
        open_vetoes.subject_id is not null as has_open_veto,
        roots.pass_mark,
        frameworks.score_scale,
        case
            when scores.subject_id is null then 'no_value'
            when scores.score is null then scores.null_reason
            when scores.is_vetoed then null
            when not {{ reaches('scores.coverage', 'roots.coverage_min') }} then 'too_little_evidence'
            when open_vetoes.is_of_this_one_alone then 'veto_not_evaluated'
        end as null_reason,
        coalesce(scores.is_synthetic, subjects.is_synthetic) as is_synthetic
    from subjects
    inner join roots on subjects.edition = roots.edition and subjects.index_code = roots.index_code
    inner join frameworks
        on subjects.edition = frameworks.edition and subjects.index_code = frameworks.index_code
    left join scores
        on
            subjects.edition = scores.edition
            and subjects.index_code = scores.index_code
            and subjects.subject_id = scores.subject_id
            and roots.node_code = scores.node_code
    left join open_vetoes
        on
            subjects.edition = open_vetoes.edition
            and subjects.index_code = open_vetoes.index_code
            and subjects.subject_id = open_vetoes.subject_id
),

counted as (
    select
        *,
        case when not is_left_out then evident_score end as counted_score
    from totals
),

-- Places are taken on a ladder of whole steps, so that the last bits of a float part no two subjects.
stepped as (
    select
        *,
        cast(round(counted_score / tied_within) as bigint) as score_step,
        cast(round(evident_score / tied_within) as bigint) as reached_step,
        cast(round(pass_mark / tied_within) as bigint) as pass_step
    from counted
),

ranked as (
    select
        edition,
        index_code,
        subject_id,
        rank_class,
        counted_score * score_scale / 100 as index_score,
        standard_error * score_scale / 100 as standard_error,
        coverage,
        case
            when counted_score is not null
                then
                    cast(
                        rank() over (
                            partition by edition, index_code, rank_class order by score_step desc nulls last
                        ) as bigint
                    )
        end as subject_rank,
        case
            when counted_score is not null
                then count(*) over (partition by edition, index_code, rank_class, score_step)
        end as tied_count,
        count(counted_score) over (partition by edition, index_code, rank_class) as ranked_count,
        is_vetoed,
        case
            when pass_mark is null then null
            when is_vetoed or reached_step < pass_step then false
            when reached_step >= pass_step and not has_open_veto then true
        end as is_passed,
        case
            when pass_mark is null or is_vetoed or reached_step < pass_step then null
            when evident_score is null then null_reason
            when has_open_veto then 'veto_not_evaluated'
        end as passed_null_reason,
        null_reason,
        is_synthetic
    from stepped
)

select * from ranked
