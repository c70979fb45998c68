{%- set counters = {
    'account_post': ['read_count', 'like_count', 'repost_count', 'comment_count'],
    'account_activity': ['max_read_count'],
} -%}
with caps as (
    select * from {{ ref('counter_caps') }}
),

counted as (
    {% for source_name, columns in counters.items() -%}
    {% set last_source = loop.last -%}
    {% for column in columns -%}
    select
        edition,
        '{{ source_name }}' as source,
        '{{ column }}' as column_name,
        subject_kind,
        subject_id,
        {{ column }} as counter_value,
        file_id,
        sheet,
        row_number,
        is_synthetic
    from {{ ref('int_' ~ source_name ~ '_accepted') }}
    where {{ column }} is not null
    {% if not (last_source and loop.last) -%}
    union all
    {% endif -%}
    {% endfor -%}
    {% endfor -%}
),

suspicions as (
    select
        counted.edition,
        'counter_at_cap' as suspicion_code,
        counted.subject_id,
        counted.source,
        counted.file_id,
        counted.sheet,
        min(counted.row_number) as row_number,
        concat(counted.column_name, ' = ', cast(caps.cap as string), ' (', cast(count(*) as string), ')') as seen,
        concat('>= ', cast(caps.cap as string)) as expected,
        bool_or(counted.is_synthetic) as is_synthetic
    from counted
    inner join caps
        on
            counted.source = caps.source
            and counted.column_name = caps.column_name
            and counted.subject_kind = caps.subject_kind
            and counted.counter_value = caps.cap
    group by
        counted.edition,
        counted.subject_id,
        counted.source,
        counted.file_id,
        counted.sheet,
        counted.column_name,
        caps.cap
)

select * from suspicions
