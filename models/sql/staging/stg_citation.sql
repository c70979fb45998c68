with source as (
    {{ corrected_rows('citation') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        {{ title_id('series', 'title_code') }} as title_id,
        series,
        title_code,
        subject_kind,
        subject_code,
        citation_zh,
        citation_en,
        edited_date,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
