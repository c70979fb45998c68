with reviews as (
    select * from {{ ref('fct_expert_review') }}
),

rules as (
    select * from {{ ref('award_panel_rules') }}
),

parameters as (
    {{ parameters(['trend.interval_z']) }}
),

scores as (
    select
        edition,
        series_code,
        criterion_code,
        subject_id,
        title_code,
        expert_id,
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
        {{ exact_sum('2 * (unit_size * total_of_squares - total * total) / (unit_size - 1)') }} as disagreement_sum,
        {{ exact_sum('total') }} as total,
        {{ exact_sum('total_of_squares') }} as total_of_squares,
        {{ exact_sum('total * total / unit_size') }} as unit_squares,
        cast(sum(unit_size * unit_size) as double) as unit_size_squares,
        {{ exact_sum('cast(1 as double) / unit_size') }} as inverse_sizes,
        min(lowest_score) < max(highest_score) as has_variation
    from units
    group by edition, series_code, criterion_code
),

alphas as (
    select
        *,
        disagreement_sum / value_count as observed_disagreement,
        2 * (value_count * total_of_squares - total * total) / (value_count * (value_count - 1))
            as expected_disagreement
    from disagreements
),

-- The coefficient without each unit in turn: the jackknife, since subjects are what could have been others.
without_one as (
    select
        units.edition,
        units.series_code,
        units.criterion_code,
        1
        - (
            alphas.disagreement_sum
            - 2 * (units.unit_size * units.total_of_squares - units.total * units.total) / (units.unit_size - 1)
        )
        / (alphas.value_count - units.unit_size)
        / nullif(
            2
            * (
                (alphas.value_count - units.unit_size) * (alphas.total_of_squares - units.total_of_squares)
                - power(alphas.total - units.total, 2)
            )
            / ((alphas.value_count - units.unit_size) * (alphas.value_count - units.unit_size - 1)),
            0
        ) as alpha
    from units
    inner join alphas
        on {{ same_columns('units', 'alphas', ['edition', 'series_code', 'criterion_code']) }}
    where alphas.unit_count > 2
),

jackknife as (
    select
        edition,
        series_code,
        criterion_code,
        sqrt(
            (count(alpha) - 1)
            * greatest({{ exact_mean('alpha * alpha') }} - power({{ exact_mean('alpha') }}, 2), 0)
        ) as alpha_error
    from without_one
    group by edition, series_code, criterion_code
),

by_expert as (
    select
        edition,
        series_code,
        criterion_code,
        expert_id,
        count(*) as score_count,
        {{ exact_sum('deviation') }} as total
    from pairable
    group by edition, series_code, criterion_code, expert_id
),

experts as (
    select
        edition,
        series_code,
        criterion_code,
        count(*) as expert_count,
        {{ exact_sum('total * total / score_count') }} as expert_squares,
        cast(sum(score_count * score_count) as double) as expert_size_squares
    from by_expert
    group by edition, series_code, criterion_code
),

-- Variances of subjects, experts and the rest by Henderson's first method, which is the analysis of variance where
-- everybody scores everything: what the sums of squares are expected to be is solved for the three.
sums_of_squares as (
    select
        alphas.edition,
        alphas.series_code,
        alphas.criterion_code,
        alphas.unit_count,
        alphas.unit_count / alphas.inverse_sizes as scores_per_unit,
        (alphas.total_of_squares - alphas.unit_squares) / nullif(alphas.value_count - alphas.unit_count, 0)
            as within_units,
        (alphas.total_of_squares - experts.expert_squares) / nullif(alphas.value_count - experts.expert_count, 0)
            as within_experts,
        alphas.unit_squares - alphas.total * alphas.total / alphas.value_count as between_units,
        alphas.value_count - alphas.unit_size_squares / alphas.value_count as of_subjects,
        alphas.unit_count - experts.expert_size_squares / alphas.value_count as of_experts
    from alphas
    inner join experts
        on {{ same_columns('alphas', 'experts', ['edition', 'series_code', 'criterion_code']) }}
    where alphas.has_variation and alphas.unit_count > 1
),

rests as (
    select
        *,
        greatest(
            (between_units - of_subjects * within_experts - of_experts * within_units)
            / nullif(unit_count - 1 - of_subjects - of_experts, 0),
            0
        ) as rest_variance
    from sums_of_squares
),

reliabilities as (
    select
        edition,
        series_code,
        criterion_code,
        greatest(within_experts - rest_variance, 0) as subject_variance,
        (greatest(within_units - rest_variance, 0) + rest_variance) / scores_per_unit as error_variance
    from rests
),

measured as (
    select
        panels.edition,
        panels.series_code,
        panels.criterion_code,
        panels.expert_count,
        coalesce(alphas.unit_count, 0) as unit_count,
        coalesce(alphas.value_count, 0) as value_count,
        alphas.observed_disagreement,
        alphas.expected_disagreement,
        case
            when alphas.unit_count > 1 and alphas.has_variation
                then 1 - alphas.observed_disagreement / alphas.expected_disagreement
        end as alpha,
        parameters.trend_interval_z * jackknife.alpha_error as alpha_half_width,
        round(
            reliabilities.subject_variance
            / nullif(reliabilities.subject_variance + reliabilities.error_variance, 0),
            9
        ) as mean_reliability,
        rules.alpha_min,
        case
            when coalesce(alphas.unit_count, 0) < 2 then 'too_few_scores'
            when not alphas.has_variation then 'no_variation'
        end as null_reason,
        panels.is_synthetic
    from panels
    inner join rules on panels.edition = rules.edition
    left join parameters on panels.edition = parameters.edition
    left join alphas
        on {{ same_columns('panels', 'alphas', ['edition', 'series_code', 'criterion_code']) }}
    left join jackknife
        on {{ same_columns('panels', 'jackknife', ['edition', 'series_code', 'criterion_code']) }}
    left join reliabilities
        on {{ same_columns('panels', 'reliabilities', ['edition', 'series_code', 'criterion_code']) }}
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
        case when alpha is not null then round(alpha - alpha_half_width, 9) end as alpha_low,
        case
            when alpha is not null and alpha_half_width is not null
                then round(least(alpha + alpha_half_width, 1), 9)
        end as alpha_high,
        mean_reliability,
        alpha_min,
        alpha >= alpha_min as is_agreed,
        null_reason,
        is_synthetic
    from measured
)

select * from judged
