{%- set told_by_posts = ['post_count', 'article_count'] %}
{%- for counter in post_counters() %}
{%- do told_by_posts.extend([counter ~ '_count', 'max_' ~ counter ~ '_count']) %}
{%- endfor %}

with delivered as (
    select * from {{ believed('account_activity') }}
    where period_kind <> 'year'
),

-- A sum with a missing part is empty, and so is its highest value.
posts as (
    select
        edition,
        subject_id,
        subject_kind,
        period_kind,
        period_start,
        count(*) as post_count,
        count(*) as article_count,
        {% for counter in post_counters() -%}
        cast(case when count({{ counter }}_count) = count(*) then sum({{ counter }}_count) end as bigint)
            as {{ counter }}_count,
        case when count({{ counter }}_count) = count(*) then max({{ counter }}_count) end as max_{{ counter }}_count,
        {% endfor -%}
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_account_post_placed') }}
    group by edition, subject_id, subject_kind, period_kind, period_start
),

periods as (
    select
        edition,
        subject_id,
        subject_kind,
        period_kind,
        period_start,
        'account_activity' as taken_from,
        {% for counter in account_counters() -%}
        {{ counter }},
        {% endfor -%}
        is_synthetic
    from delivered
    union all
    select
        posts.edition,
        posts.subject_id,
        posts.subject_kind,
        posts.period_kind,
        posts.period_start,
        'account_post' as taken_from,
        {% for counter in account_counters() -%}
        {{ 'posts.' ~ counter if counter in told_by_posts else 'cast(null as bigint)' }} as {{ counter }},
        {% endfor -%}
        posts.is_synthetic
    from posts
    left join delivered
        on
            posts.edition = delivered.edition
            and posts.subject_id = delivered.subject_id
            and posts.period_kind = delivered.period_kind
            and posts.period_start = delivered.period_start
    where delivered.subject_id is null
),

ended as (
    select
        *,
        case period_kind
            when 'day' then period_start
            when 'week' then period_start + 6
            when 'month' then last_day(period_start)
        end as period_end
    from periods
),

measured as (
    select
        *,
        cast({{ days_between('period_start', 'period_end') }} + 1 as bigint) as day_count
    from ended
)

select * from measured
