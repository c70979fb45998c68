with inspections as (
    select * from {{ believed('site_inspection') }}
),

facts as (
    select
        edition,
        concat('website:', site_code) as subject_id,
        inspected_date,
        period,
        tier,
        is_passed,
        failure_reason,
        inspector,
        stratum,
        inclusion_probability,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from inspections
)

select * from facts
