with source as (
    {{ corrected_rows('account_registry') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        subject_kind,
        subject_code,
        account_name,
        site_code,
        is_main,
        verified_reason,
        operating_status,
        opened_date,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
