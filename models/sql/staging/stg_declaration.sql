with source as (
    {{ corrected_rows('declaration') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        unit_name,
        unit_code,
        subject_kind,
        subject_code,
        series,
        declared_at,
        visit_count,
        published_count,
        online_service_count,
        answered_count,
        case_text,
        is_withdrawn,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
