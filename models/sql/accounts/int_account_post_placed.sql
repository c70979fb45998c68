with posts as (
    select * from {{ believed('account_post') }}
),

parameters as (
    {{ parameters(['crawl.utc_offset_hours']) }}
),

dated as (
    select
        posts.*,
        cast({{ plus_hours('posts.published_at', 'parameters.crawl_utc_offset_hours') }} as date) as published_date
    from posts
    inner join parameters on posts.edition = parameters.edition
),

periods as (
    select
        *,
        'week' as period_kind,
        {{ week_start('published_date') }} as period_start
    from dated
    union all
    select
        *,
        'month' as period_kind,
        make_date(year(published_date), month(published_date), 1) as period_start
    from dated
),

placed as (
    select
        edition,
        subject_id,
        subject_kind,
        period_kind,
        period_start,
        {% for counter in post_counters() -%}
        {{ counter }}_count,
        {% endfor -%}
        is_synthetic,
        file_id,
        sheet,
        row_number
    from periods
)

select * from placed
