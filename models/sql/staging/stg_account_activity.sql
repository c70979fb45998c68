with source as (
    {{ corrected_rows('account_activity') }}
),

fit as (
    select
        edition,
        {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
        subject_kind,
        subject_code,
        period_kind,
        period_start,
        post_count,
        article_count,
        original_count,
        read_count,
        headline_read_count,
        max_read_count,
        mean_read_count,
        like_count,
        headline_like_count,
        max_like_count,
        wow_count,
        headline_wow_count,
        max_wow_count,
        repost_count,
        headline_repost_count,
        max_repost_count,
        original_repost_count,
        comment_count,
        original_comment_count,
        follower_count,
        wci,
        bci,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
