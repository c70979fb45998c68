with listed as (
    select * from {{ literal_rows(lineage_rows(), ['table_name', 'upstream_list']) }}
),

parted as (
    select
        listed.table_name,
        upstream
    from listed
    {{ unnest_join("split(listed.upstream_list, ',')", 'upstream') }}
),

typed as (
    select
        cast(table_name as string) as table_name,
        split_part(upstream, ' ', 1) as upstream_name,
        split_part(upstream, ' ', 2) as upstream_kind,
        cast(split_part(upstream, ' ', 3) as integer) as step_count
    from parted
    where table_name is not null
)

select * from typed
