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
)

select * from components
