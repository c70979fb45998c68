with source as (
    {{ corrected_rows('robot_test') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        subject_kind,
        subject_code,
        question_number,
        category,
        question,
        expected_answer,
        answer,
        is_answered,
        is_correct,
        response_seconds,
        tested_at,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
