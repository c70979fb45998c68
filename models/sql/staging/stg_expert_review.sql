with source as (
    {{ corrected_rows('expert_review') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        {{ title_id('series', 'title_code') }} as title_id,
        expert_id,
        series,
        title_code,
        subject_kind,
        subject_code,
        criterion_code,
        score,
        is_recused,
        is_recommended,
        remark,
        reviewed_date,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
