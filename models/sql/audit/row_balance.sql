with files as (
    select * from {{ ref('file_ledger') }}
    where status = 'landed'
),

counted as (
    {% for name in source_names() -%}
    select
        edition,
        '{{ name }}' as source,
        file_id,
        count(*) as rows_landed,
        count(reason_code) as rows_quarantined
    from {{ staged_rows(name) }}
    group by edition, file_id
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

balanced as (
    select
        files.edition,
        files.source,
        files.file_id,
        files.file_name,
        files.rows_read,
        coalesce(counted.rows_landed, 0) as rows_landed,
        coalesce(counted.rows_quarantined, 0) as rows_quarantined,
        coalesce(counted.rows_landed - counted.rows_quarantined, 0) as rows_loaded,
        files.rows_read = coalesce(counted.rows_landed, 0) as is_balanced
    from files
    left join counted
        on files.edition = counted.edition and files.source = counted.source and files.file_id = counted.file_id
)

select * from balanced
