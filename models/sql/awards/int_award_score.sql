with inputs as (
    select * from {{ ref('int_award_input') }}
),

titles as (
    select * from {{ ref('int_award_title') }}
),

-- Inputs of one candidate overlap (an index and a node of it), so their errors are added as if they always went
-- together: the interval is at least as wide as the true one.
scored as (
    select
        inputs.edition,
        inputs.series_code,
        inputs.title_code,
        inputs.subject_id,
        {{ exact_sum('inputs.weight_used * inputs.input_score') }} as award_score,
        {{ exact_sum('inputs.weight_used * coalesce(inputs.standard_error, 0)') }} as standard_error,
        coalesce({{ exact_sum('case when inputs.input_score is not null then inputs.weight end') }}, 0)
        / {{ exact_sum('inputs.weight') }} as coverage,
        max(case when inputs.input_code = titles.tie_input_code then inputs.input_score end) as tie_score
    from inputs
    inner join titles
        on
            inputs.edition = titles.edition
            and inputs.series_code = titles.series_code
            and inputs.title_code = titles.title_code
    group by inputs.edition, inputs.series_code, inputs.title_code, inputs.subject_id
),

counted as (
    select
        scored.edition,
        scored.series_code,
        scored.title_code,
        scored.subject_id,
        case when scored.coverage >= titles.coverage_min then scored.award_score end as award_score,
        case when scored.coverage >= titles.coverage_min then scored.standard_error end as standard_error,
        scored.coverage,
        case
            when scored.coverage >= titles.coverage_min
                then cast(round(scored.award_score / titles.tied_within) as bigint)
        end as score_step,
        cast(round(scored.tie_score / titles.tied_within) as bigint) as tie_step
    from scored
    inner join titles
        on
            scored.edition = titles.edition
            and scored.series_code = titles.series_code
            and scored.title_code = titles.title_code
)

select * from counted
