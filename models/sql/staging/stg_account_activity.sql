with source as (
    select * from {{ source('raw', 'account_activity') }}
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
        read_count,
        headline_read_count,
        max_read_count,
        mean_read_count,
        like_count,
        wow_count,
        repost_count,
        comment_count,
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
