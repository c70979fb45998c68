with periods as (
    select * from {{ ref('int_account_period') }}
),

counters as (
    {% for counter in ['day_count'] + account_counters() -%}
    {%- if not loop.first -%}
    union all
    {% endif -%}
    select
        edition,
        subject_id,
        period_kind,
        period_start,
        '{{ counter }}' as counter,
        cast({{ counter }} as double) as counted
    from periods
    where {{ counter }} is not null
    {% endfor -%}
)

select * from counters
