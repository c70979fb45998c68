with reviews as (
    select * from {{ ref('fct_expert_review') }}
),

rules as (
    select * from {{ ref('award_panel_rules') }}
),

scores as (
    select
        edition,
        series_code,
        criterion_code,
        subject_id,
        title_code,
        score,
        count(*) over (
            partition by edition, series_code, criterion_code, subject_id, title_code
        ) as unit_size
    from reviews
    where score is not null
),

panels as (
    select
        edition,
        series_code,
        criterion_code,
        count(distinct expert_id) as expert_count,
        bool_or(is_synthetic) as is_synthetic
    from reviews
    where score is not null
    group by edition, series_code, criterion_code
),

-- A score that stands alone can be compared with none.
pairable as (
    select
        *,
        score - {{ exact_sum_over('score', ['edition', 'series_code', 'criterion_code']) }}
        / count(*) over (partition by edition, series_code, criterion_code) as deviation
    from scores
    where unit_size > 1
),

units as (
    select
        edition,
        series_code,
        criterion_code,
        subject_id,
        title_code,
        count(*) as unit_size,
        {{ exact_sum('deviation') }} as total,
        {{ exact_sum('deviation * deviation') }} as total_of_squares,
        min(score) as lowest_score,
        max(score) as highest_score
    from pairable
    group by edition, series_code, criterion_code, subject_id, title_code
),

-- Squared differences over all ordered pairs of m values are 2 (m times the sum of squares - the square of the sum).
disagreements as (
    select
        edition,
        series_code,
        criterion_code,
        count(*) as unit_count,
        cast(sum(unit_size) as bigint) as value_count,
        {{ exact_sum('2 * (unit_size * total_of_squares - total * total) / (unit_size - 1)') }} / sum(unit_size)
            as observed_disagreement,
        2
        * (sum(unit_size) * {{ exact_sum('total_of_squares') }} - {{ exact_sum('total') }} * {{ exact_sum('total') }})
        / (sum(unit_size) * (sum(unit_size) - 1)) as expected_disagreement,
        min(lowest_score) < max(highest_score) as has_variation
    from units
    group by edition, series_code, criterion_code
),

measured as (
    select
        panels.edition,
        panels.series_code,
        panels.criterion_code,
        panels.expert_count,
        coalesce(disagreements.unit_count, 0) as unit_count,
        coalesce(disagreements.value_count, 0) as value_count,
        disagreements.observed_disagreement,
        disagreements.expected_disagreement,
        case
            when disagreements.unit_count > 1 and disagreements.has_variation
                then 1 - disagreements.observed_disagreement / disagreements.expected_disagreement
        end as alpha,
        rules.alpha_min,
        case
            when coalesce(disagreements.unit_count, 0) < 2 then 'too_few_scores'
            when not disagreements.has_variation then 'no_variation'
        end as null_reason,
        panels.is_synthetic
    from panels
    inner join rules on panels.edition = rules.edition
    left join disagreements
        on {{ same_columns('panels', 'disagreements', ['edition', 'series_code', 'criterion_code']) }}
),

judged as (
    select
        edition,
        series_code,
        criterion_code,
        expert_count,
        unit_count,
        value_count,
        observed_disagreement,
        expected_disagreement,
        alpha,
        alpha_min,
        alpha >= alpha_min as is_agreed,
        null_reason,
        is_synthetic
    from measured
)

select * from judged
