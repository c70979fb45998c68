with source as (
    {{ corrected_rows('external_indicator') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        subject_kind,
        subject_code,
        indicator_code,
        period_start,
        indicator_value,
        unit,
        publisher,
        method_version,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
