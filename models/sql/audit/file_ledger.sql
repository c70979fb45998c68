with ledger as (
    select * from {{ source('raw', 'file_ledger') }}
),

delivered as (
    select
        edition,
        source,
        file_name,
        file_id,
        sha256,
        byte_count,
        status,
        encoding,
        concat_ws(' | ', sheets) as sheets,
        concat_ws(' | ', ignored_sheets) as ignored_sheets,
        concat_ws(' | ', unmatched_headers) as unmatched_headers,
        rows_read,
        rows_fit,
        message
    from ledger
    where status in ('landed', 'duplicate')
)

select * from delivered
