with placed as (
    select * from {{ ref('int_account_post_placed') }}
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
