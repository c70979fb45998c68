with quarantined as (
    select * from {{ ref('quarantine') }}
),

summed as (
    select
        edition,
        source,
        file_name,
        column_name,
        reason_code,
        min(reason_zh) as reason_zh,
        min(reason) as reason,
        count(*) as row_count,
        count(case when is_repaired then 1 end) as repaired_count,
        min(row_number) as first_row_number,
        max(row_number) as last_row_number
    from quarantined
    group by edition, source, file_name, column_name, reason_code
)

select * from summed
