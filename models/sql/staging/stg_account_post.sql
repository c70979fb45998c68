with source as (
    {{ corrected_rows('account_post') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        subject_kind,
        subject_code,
        post_id,
        published_at,
        post_text,
        published_with,
        like_count,
        wow_count,
        repost_count,
        comment_count,
        read_count,
        topics,
        mentions,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
