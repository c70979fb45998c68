with portals as (
    select
        subjects.edition,
        subjects.level,
        crawls.is_fused,
        crawls.weibo_link_count > 0 as has_weibo,
        crawls.wechat_link_count > 0 as has_wechat,
        crawls.app_link_count > 0 as has_app,
        crawls.video_link_count > 0 as has_video,
        crawls.is_synthetic
    from {{ ref('dim_subject') }} as subjects
    inner join {{ ref('fct_site_crawl') }} as crawls
        on subjects.edition = crawls.edition and subjects.subject_id = crawls.subject_id
    where
        subjects.subject_kind = 'website'
        and subjects.site_role = 'portal'
        and subjects.is_running
        and crawls.new_media_null_reason is null
),

counted as (
    {{ count_by(
        'portals',
        {'total': "'all'", 'level': 'level'},
        {
            'fused': 'is_fused',
            'weibo': 'has_weibo',
            'wechat': 'has_wechat',
            'app': 'has_app',
            'video': 'has_video',
        },
    ) }}
),

tidy as (
    {% for channel in ['fused', 'weibo', 'wechat', 'app', 'video'] -%}
    {{ tidy_rows('counted', channel ~ '_share', channel, 'row_count') }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
)

{{ with_group_names('tidy') }}
