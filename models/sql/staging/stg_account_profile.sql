with source as (
    {{ corrected_rows('account_profile') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        subject_kind,
        subject_code,
        account_name,
        seen_date,
        follower_count,
        followed_count,
        post_count,
        is_verified,
        verified_type_code,
        verified_reason,
        opened_date,
        profile_text,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
