with source as (
    select * from {{ source('raw', 'expert_review') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        expert_id,
        series,
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
