with subjects as (
    select
        edition,
        subject_id,
        level,
        coalesce(province_code, 'unlocated') as province_code
    from {{ ref('dim_subject') }}
    where subject_kind = 'website' and is_running
),

crawled as (
    select
        crawls.edition,
        subjects.level,
        subjects.province_code,
        crawls.home_probe_count,
        crawls.home_available_count,
        crawls.inner_page_count,
        crawls.dead_link_count,
        crawls.is_stale,
        crawls.is_synthetic
    from {{ ref('fct_site_crawl') }} as crawls
    inner join subjects on crawls.edition = subjects.edition and crawls.subject_id = subjects.subject_id
),

latest as (
    select
        *,
        row_number() over (
            partition by edition, subject_id order by declared_at desc, series asc, file_id asc, row_number asc
        ) as place
    from {{ believed('declaration') }}
    where not is_withdrawn
),

declared as (
    select
        latest.edition,
        subjects.level,
        subjects.province_code,
        latest.online_service_count,
        latest.answered_count,
        latest.is_synthetic
    from latest
    inner join subjects on latest.edition = subjects.edition and latest.subject_id = subjects.subject_id
    where latest.place = 1
),

{% set breakdowns = {'total': "'all'", 'level': 'level', 'province': 'province_code'} -%}
counted as (
    {{ count_by(
        'crawled',
        breakdowns,
        {'stale_count': 'is_stale', 'judged_count': 'is_stale is not null'},
        {
            'home_probes': 'home_probe_count',
            'home_available': 'home_available_count',
            'inner_pages': 'inner_page_count',
            'dead_links': 'dead_link_count',
        },
    ) }}
),

declarations as (
    {{ count_by(
        'declared',
        breakdowns,
        {'service_count': 'online_service_count is not null', 'answer_count': 'answered_count is not null'},
        {'services': 'online_service_count', 'answers': 'answered_count'},
    ) }}
),

tidy as (
    {{ tidy_rows('counted', 'home_available_share', 'home_available', 'home_probes', where='home_probes > 0') }}
    union all
    {{ tidy_rows('counted', 'dead_link_share', 'dead_links', 'inner_pages', where='inner_pages > 0') }}
    union all
    {{ tidy_rows('counted', 'stale_share', 'stale_count', 'judged_count', where='judged_count > 0') }}
    union all
    {{ tidy_rows('declarations', 'online_services', 'services', 'service_count', where='service_count > 0') }}
    union all
    {{ tidy_rows('declarations', 'letters_answered', 'answers', 'answer_count', where='answer_count > 0') }}
)

{{ with_group_names('tidy') }}
