{#- One view a source over its landed Parquet files, so that every engine reads the same raw truth. -#}
{% macro create_raw_views() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'run-operation') %}
        {% do run_query('create schema if not exists raw') %}
        {% for source in graph.sources.values() if source.source_name == 'raw' %}
            {% set folder = env_var('CEPING_LANDING') ~ '/' ~ source.name %}
            {% do run_query('create or replace view raw.' ~ source.name ~ ' as ' ~ select_parquet(folder)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- The rows of all Parquet files of a folder, whatever characters are in its path. -#}
{% macro select_parquet(folder) %}{{ return(adapter.dispatch('select_parquet')(folder)) }}{% endmacro %}

{% macro duckdb__select_parquet(folder) %}
    {% set itself = folder | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") %}
    {{ return("select * from read_parquet('" ~ itself ~ "/*.parquet', union_by_name = true)") }}
{% endmacro %}

{% macro spark__select_parquet(folder) %}
    {{ return('select * from parquet.`' ~ folder | replace('`', '``') ~ '/*.parquet`') }}
{% endmacro %}
