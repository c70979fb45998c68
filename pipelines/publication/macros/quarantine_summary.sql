-- Rows that were kept out, counted by file, column and reason, and how many a mended row took the place of. | 被隔离的行按文件、列与原因计数，以及其中已由修复后的行代替的行数。
create macro quarantine_summary() as table
select
    edition,
    source,
    file_name,
    column_name,
    reason_code,
    reason_zh,
    reason,
    count(*) as row_count,
    count(*) filter (where is_repaired) as repaired_count,
    min(row_number) as first_row_number,
    max(row_number) as last_row_number
from audit.quarantine
group by all
order by edition, source, file_name, row_count desc, column_name, reason_code
