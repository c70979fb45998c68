with source as (
    {{ corrected_rows('appeal') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        {{ title_id('series', 'title_code') }} as title_id,
        case_code,
        effect_order,
        filed_date,
        appellant,
        claim,
        evidence_file,
        decision,
        decided_date,
        effect_code,
        series,
        title_code,
        subject_kind,
        subject_code,
        party_id,
        criterion_code,
        changed_column,
        expected_value,
        new_value,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
