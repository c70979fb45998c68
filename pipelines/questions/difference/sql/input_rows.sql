-- The input rows that differ, one line a cell, each with the figures whose units they are about.
with files as (
    select file_id, file_name from before.audit.file_ledger where status = 'landed'
    union
    select file_id, file_name from after.audit.file_ledger where status = 'landed'
),

names as (
    select file_id, min(file_name) as file_name from files group by file_id
),

subjects as (
    select edition, subject_id, subject_code, site_code, home_host from before.core.dim_subject
    union
    select edition, subject_id, subject_code, site_code, home_host from after.core.dim_subject
),

about as (
    select distinct input_change.edition, input_change.unit_code, subjects.subject_id
    from (select distinct edition, unit_code from input_change) as input_change
    inner join subjects
        on
            input_change.edition = subjects.edition
            and input_change.unit_code in (subjects.subject_code, subjects.site_code, subjects.home_host)
),

moved_units as (
    select edition, figure_id, unit_code
    from before_unit as o
    full outer join after_unit as n using (edition, figure_id, unit_code)
    where
        o.numerator_count is distinct from n.numerator_count
        or o.denominator_count is distinct from n.denominator_count
),

behind as (
    select
        input_change.edition,
        input_change.unit_code,
        string_agg(distinct moved_units.figure_id, ', ' order by moved_units.figure_id) as figures
    from (select distinct edition, unit_code from input_change) as input_change
    left join about on input_change.edition = about.edition and input_change.unit_code = about.unit_code
    inner join moved_units
        on
            input_change.edition = moved_units.edition
            and moved_units.unit_code in (input_change.unit_code, about.subject_id)
    group by input_change.edition, input_change.unit_code
)

select
    input_change.source,
    input_change.change,
    input_change.row_key,
    input_change.column_name as "column",
    input_change.old_value,
    input_change.new_value,
    old_names.file_name as old_file,
    input_change.old_sheet,
    input_change.old_row_number as old_row,
    new_names.file_name as new_file,
    input_change.new_sheet,
    input_change.new_row_number as new_row,
    input_change.unit_code as about,
    behind.figures
from input_change
left join names as old_names on input_change.old_file_id = old_names.file_id
left join names as new_names on input_change.new_file_id = new_names.file_id
left join behind on input_change.edition = behind.edition and input_change.unit_code = behind.unit_code
order by all
limit 100000
