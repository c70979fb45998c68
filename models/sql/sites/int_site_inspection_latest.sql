with inspections as (
    select * from {{ ref('fct_site_inspection') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by edition, subject_id, period, tier order by inspected_date desc
        ) as inspection_order
    from inspections
),

latest as (
    select
        edition,
        subject_id,
        period,
        tier,
        is_passed,
        failure_reason,
        is_synthetic
    from ranked
    where inspection_order = 1
)

select * from latest
