with source as (
    {{ corrected_rows('unit_registry') }}
),

fit as (
    select
        edition,
        unit_code,
        unit_name,
        unit_class,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
