with source as (
    select * from {{ source('raw', 'survey_response') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        questionnaire,
        respondent_number,
        subject_kind,
        subject_code,
        submitted_at,
        seconds_spent,
        channel,
        address_pseudonym,
        address_place,
        total_score,
        answers,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
