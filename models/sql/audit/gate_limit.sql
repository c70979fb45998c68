with limits as (
    select * from {{ ref('gate_limits') }}
),

editions as (
    select * from {{ ref('editions') }}
),

parameters as (
    select * from {{ ref('parameters') }}
    where parameter_code = 'survey.cell_min'
),

gathered as (
    select
        editions.edition,
        limits.limit_code,
        limits.limit_value,
        limits.unit,
        limits.why_zh,
        limits.why_en
    from limits
    cross join editions
    union all
    select
        edition,
        parameter_code as limit_code,
        cast(parameter_value as double) as limit_value,
        unit,
        meaning_zh as why_zh,
        meaning_en as why_en
    from parameters
)

select * from gathered
