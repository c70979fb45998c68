with posts as (
    select * from {{ ref('int_account_post_accepted') }}
),

parameters as (
    select * from {{ ref('int_parameter_pivoted') }}
),

dated as (
    select
        posts.*,
        cast({{ plus_hours('posts.published_at', 'parameters.utc_offset_hours') }} as date) as published_date
    from posts
    inner join parameters on posts.edition = parameters.edition
),

placed as (
    select
        dated.*,
        'week' as period_kind,
        {{ week_start('published_date') }} as period_start
    from dated
    union all
    select
        dated.*,
        'month' as period_kind,
        make_date(year(published_date), month(published_date), 1) as period_start
    from dated
),

counted as (
    select
        edition,
        subject_id,
        subject_kind,
        period_kind,
        period_start,
        count(*) as post_count,
        {% for counter in post_counters() -%}
        cast(case when count({{ counter }}_count) = count(*) then sum({{ counter }}_count) end as bigint)
            as {{ counter }}_count,
        case when count({{ counter }}_count) = count(*) then max({{ counter }}_count) end as max_{{ counter }}_count,
        {% endfor -%}
        bool_or(is_synthetic) as is_synthetic
    from placed
    group by edition, subject_id, subject_kind, period_kind, period_start
)

select * from counted
