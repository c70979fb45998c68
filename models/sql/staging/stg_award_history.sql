with source as (
    {{ corrected_rows('award_history') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        {{ title_id('series', 'title_code') }} as title_id,
        award_year,
        series,
        title_code,
        subject_kind,
        subject_code,
        subject_name,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
