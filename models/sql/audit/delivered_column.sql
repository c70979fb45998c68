with files as (
    select
        *,
        status = 'landed' as is_present
    from {{ source('raw', 'file_ledger') }}
    where status in ('landed', 'superseded', 'replaced')
),

delivered as (
    {% for names, is_known in [('matched_columns', 'true'), ('unmatched_headers', 'false')] -%}
    select
        files.edition,
        files.source,
        files.file_name,
        files.is_present,
        column_name,
        {{ is_known }} as is_known
    from files
    {{ unnest_join('files.' ~ names, 'column_name') }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

totals as (
    select
        edition,
        source,
        count(*) as file_count
    from files
    where is_present
    group by edition, source
),

counted as (
    select
        delivered.edition,
        delivered.source,
        delivered.column_name,
        delivered.is_known,
        count(distinct case when delivered.is_present then delivered.file_name end) as file_count,
        max(totals.file_count) as source_file_count,
        coalesce(
            min(case when delivered.is_present then delivered.file_name end),
            min(delivered.file_name)
        ) as first_file_name
    from delivered
    inner join totals on delivered.edition = totals.edition and delivered.source = totals.source
    group by delivered.edition, delivered.source, delivered.column_name, delivered.is_known
),

drifts as (
    select
        *,
        file_count < source_file_count as is_drifting
    from counted
)

select * from drifts
