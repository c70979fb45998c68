with inputs as (
    select * from {{ ref('int_award_input') }}
),

decided as (
    select * from {{ ref('int_award_decided') }}
),

components as (
    select
        inputs.edition,
        inputs.series_code,
        inputs.title_code,
        inputs.subject_id,
        inputs.rank_class,
        inputs.input_code,
        inputs.input_kind,
        inputs.index_code,
        inputs.value_code,
        inputs.name_zh,
        inputs.name_en,
        inputs.input_score,
        inputs.standard_error,
        inputs.sample_size,
        inputs.weight,
        inputs.weight_used,
        inputs.weight_used * inputs.input_score as weighted_score,
        decided.is_eligible,
        decided.quota,
        decided.threshold_score,
        inputs.null_reason,
        inputs.is_synthetic
    from inputs
    inner join decided
        on {{ same_columns('inputs', 'decided', ['edition', 'series_code', 'title_code', 'subject_id']) }}
),

spreads as (
    select
        edition,
        series_code,
        title_code,
        input_code,
        count(input_score) > 1 and max(input_score) - min(input_score) < 1e-9 as parts_nobody
    from components
    where is_eligible
    group by edition, series_code, title_code, input_code
),

told as (
    select
        components.edition,
        components.series_code,
        components.title_code,
        components.subject_id,
        components.rank_class,
        components.input_code,
        components.input_kind,
        components.index_code,
        components.value_code,
        components.name_zh,
        components.name_en,
        components.input_score,
        components.standard_error,
        components.sample_size,
        components.weight,
        components.weight_used,
        components.weighted_score,
        coalesce(spreads.parts_nobody, false) as parts_nobody,
        components.is_eligible,
        components.quota,
        components.threshold_score,
        components.null_reason,
        components.is_synthetic
    from components
    left join spreads
        on {{ same_columns('components', 'spreads', ['edition', 'series_code', 'title_code', 'input_code']) }}
)

select * from told
