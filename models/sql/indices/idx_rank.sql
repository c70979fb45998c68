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

-- Who passed nobody can say while one of the vetoes was not looked at.
open_vetoes as (
    select distinct
        scores.edition,
        scores.index_code,
        scores.subject_id
    from scores
    inner join {{ ref('int_framework_node') }} as nodes
        on
            scores.edition = nodes.edition
            and scores.index_code = nodes.index_code
            and scores.node_code = nodes.node_code
    where nodes.is_veto and scores.score is null
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
        end as counted_score,
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
            when not ({{ reaches('scores.coverage', 'roots.coverage_min') }} or scores.is_vetoed)
                then 'too_little_evidence'
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

-- Places are taken on a ladder of whole steps, so that the last bits of a float part no two subjects.
stepped as (
    select
        *,
        cast(round(counted_score / tied_within) as bigint) as score_step,
        cast(round(pass_mark / tied_within) as bigint) as pass_step
    from totals
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
            when is_vetoed or score_step < pass_step then false
            when score_step >= pass_step and not has_open_veto then true
        end as is_passed,
        case
            when pass_mark is null or is_vetoed or score_step < pass_step then null
            when counted_score is null then null_reason
            when has_open_veto then 'veto_not_evaluated'
        end as passed_null_reason,
        null_reason,
        is_synthetic
    from stepped
)

select * from ranked
