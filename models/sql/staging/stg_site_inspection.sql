with source as (
    {{ corrected_rows('site_inspection') }}
),

fit as (
    select
        edition,
        site_code,
        inspected_date,
        tier,
        is_passed,
        failure_reason,
        inspector,
        is_synthetic,
        concat(cast(year(inspected_date) as string), 'Q', cast(quarter(inspected_date) as string)) as period,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
