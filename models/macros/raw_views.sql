{#- One relation a source over its landed Parquet files, so that every engine reads the same raw truth. -#}
{% macro create_raw_views() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'run-operation') %}
        {% do run_query('create schema if not exists raw') %}
        {% for source in graph.sources.values() if source.source_name == 'raw' %}
            {% do run_query(create_over_parquet('raw.' ~ source.name, env_var('CEPING_LANDING') ~ '/' ~ source.name)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- Makes a relation of the rows of all Parquet files of a folder, whatever characters are in its path. -#}
{% macro create_over_parquet(name, folder) %}
    {{ return(adapter.dispatch('create_over_parquet')(name, folder)) }}
{% endmacro %}

{% macro duckdb__create_over_parquet(name, folder) %}
    {% set itself = folder | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") %}
    {% set rows = "select * from read_parquet('" ~ itself ~ "/*.parquet', union_by_name = true)" %}
    {{ return('create or replace view ' ~ name ~ ' as ' ~ rows) }}
{% endmacro %}

{#- A table, in which a path is no pattern; what it says of its rows goes when it is dropped, and they stay. -#}
{% macro spark__create_over_parquet(name, folder) %}
    {{ return('create table ' ~ name ~ " using parquet options (mergeSchema 'true', pathGlobFilter '*.parquet') location " ~ spark_literal(folder)) }}
{% endmacro %}
