with choices as (
    select * from {{ ref('robustness_choices') }}
),

described as (
    select
        edition,
        index_code,
        choice_code,
        alternative_code,
        amount,
        name_zh,
        name_en,
        origin,
        reasoning_zh,
        reasoning_en,
        source
    from choices
)

select * from described
