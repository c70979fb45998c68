-- Tables, columns and macros whose name or meaning, in either language, holds a text. | 名称或中英文说明中含有某一文字的数据表、列与宏。
create macro search_catalog(wanted) as table
select table_name, column_name, data_type, description_zh, description_en, row_count
from reference.catalog
where
    contains(lower(table_name), lower(wanted))
    or contains(lower(coalesce(column_name, '')), lower(wanted))
    or contains(lower(description_zh), lower(wanted))
    or contains(lower(description_en), lower(wanted))
order by column_name is not null, table_name, column_name;
