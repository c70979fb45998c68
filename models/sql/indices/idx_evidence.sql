with read_rows as (
    select * from {{ ref('int_measure_row') }}
),

nodes as (
    select * from {{ ref('int_framework_node') }}
    where is_leaf
),

measures as (
    select * from {{ ref('measures') }}
),

files as (
    select * from {{ source('raw', 'file_ledger') }}
    where status = 'landed'
),

measures_of_leaves as (
    select
        edition,
        measure_code
    from nodes
    union
    select
        edition,
        denominator_code as measure_code
    from nodes
    where denominator_code is not null
),

row_sets as (
    select
        measures_of_leaves.edition,
        measures_of_leaves.measure_code,
        case when measures.row_set = '*' then measures_of_leaves.measure_code else measures.row_set end as row_set
    from measures_of_leaves
    inner join measures
        on
            measures_of_leaves.measure_code = measures.measure_code
            or (
                measures.row_set = '*'
                and concat(split_part(measures_of_leaves.measure_code, '.', 1), '.*') = measures.measure_code
            )
),

counted as (
    select
        edition,
        subject_id,
        row_set,
        source,
        file_id,
        sheet,
        count(*) as row_count,
        min(row_number) as first_row_number,
        max(row_number) as last_row_number,
        {{ joined_numbers('case when is_listed then row_number end', ', ') }} as row_numbers,
        bool_or(is_synthetic) as is_synthetic
    from read_rows
    group by edition, subject_id, row_set, source, file_id, sheet
),

evidence as (
    select
        counted.edition,
        counted.subject_id,
        row_sets.measure_code,
        counted.source,
        files.file_name,
        counted.file_id,
        counted.sheet,
        counted.row_count,
        counted.first_row_number,
        counted.last_row_number,
        nullif(counted.row_numbers, '') as row_numbers,
        counted.is_synthetic
    from counted
    inner join row_sets on counted.edition = row_sets.edition and counted.row_set = row_sets.row_set
    left join files
        on
            counted.edition = files.edition
            and counted.source = files.source
            and counted.file_id = files.file_id
)

select * from evidence
