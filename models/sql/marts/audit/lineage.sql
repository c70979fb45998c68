with listed as (
    select * from {{ literal_rows(lineage_rows(), ['table_name', 'upstream_name', 'upstream_kind', 'step_count']) }}
),

typed as (
    select
        cast(table_name as string) as table_name,
        cast(upstream_name as string) as upstream_name,
        cast(upstream_kind as string) as upstream_kind,
        cast(step_count as integer) as step_count
    from listed
    where table_name is not null
)

select * from typed
