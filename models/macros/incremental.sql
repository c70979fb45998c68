{#-
    Configures a table of a source's rows that is brought up to date file by file: only for models in which every row
    depends on one landed row alone. A changed model is built anew (full refresh), and so is everything on Spark.
-#}
{% macro grows_by_file(source_name) %}
    {% do config(
        materialized='incremental' if target.type == 'duckdb' else 'table',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_gone_files('" ~ source_name ~ "') }}",
    ) %}
{% endmacro %}

{#- Takes the rows of files that the ledger no longer has as landed out of an incremental table. -#}
{% macro delete_gone_files(source_name) -%}
{% if is_incremental() -%}
delete from {{ this }}
where not exists (
    select 1
    from {{ source('raw', 'file_ledger') }} as ledger
    where
        ledger.edition = {{ this.identifier }}.edition
        and ledger.file_id = {{ this.identifier }}.file_id
        and ledger.source = '{{ source_name }}'
        and ledger.status = 'landed'
)
{%- endif %}
{%- endmacro %}
