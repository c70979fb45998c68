with files as (
    select * from {{ ref('file_ledger') }}
    where status = 'landed'
),

landed as (
    {{ rows_by_file('landed') }}
),

unfit as (
    {{ rows_by_file('unfit') }}
),

rejected as (
    {{ rows_by_file('rejected') }}
),

accepted as (
    {{ rows_by_file('accepted') }}
),

balanced as (
    select
        files.edition,
        files.source,
        files.file_id,
        files.file_name,
        files.rows_read,
        coalesce(landed.row_count, 0) as rows_landed,
        coalesce(unfit.row_count, 0) + coalesce(rejected.row_count, 0) as rows_quarantined,
        coalesce(accepted.row_count, 0) as rows_loaded,
        files.rows_read = coalesce(landed.row_count, 0)
        and coalesce(landed.row_count, 0)
        = coalesce(unfit.row_count, 0) + coalesce(rejected.row_count, 0) + coalesce(accepted.row_count, 0)
            as is_balanced
    from files
    left join landed
        on files.edition = landed.edition and files.source = landed.source and files.file_id = landed.file_id
    left join unfit
        on files.edition = unfit.edition and files.source = unfit.source and files.file_id = unfit.file_id
    left join rejected
        on files.edition = rejected.edition and files.source = rejected.source and files.file_id = rejected.file_id
    left join accepted
        on files.edition = accepted.edition and files.source = accepted.source and files.file_id = accepted.file_id
)

select * from balanced
