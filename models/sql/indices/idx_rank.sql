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

frameworks as (
    select * from {{ ref('frameworks') }}
),

totals as (
    select
        scores.edition,
        scores.index_code,
        scores.subject_id,
        subjects.rank_class,
        scores.score,
        case when scores.coverage >= roots.coverage_min or scores.is_vetoed then scores.score end as counted_score,
        frameworks.tied_within,
        sqrt(scores.variance) as standard_error,
        scores.coverage,
        scores.is_vetoed,
        roots.pass_mark,
        frameworks.score_scale,
        case
            when scores.score is null then scores.null_reason
            when scores.coverage < roots.coverage_min and not scores.is_vetoed then 'too_little_evidence'
        end as null_reason,
        scores.is_synthetic
    from scores
    inner join roots
        on
            scores.edition = roots.edition
            and scores.index_code = roots.index_code
            and scores.node_code = roots.node_code
    inner join frameworks
        on scores.edition = frameworks.edition and scores.index_code = frameworks.index_code
    inner join subjects
        on
            scores.edition = subjects.edition
            and scores.index_code = subjects.index_code
            and scores.subject_id = subjects.subject_id
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
        case when pass_mark is not null then not is_vetoed and score_step >= pass_step end as is_passed,
        null_reason,
        is_synthetic
    from stepped
)

select * from ranked
