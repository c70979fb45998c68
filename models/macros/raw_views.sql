{#- One view a source over its landed Parquet files, so that every engine reads the same raw truth. -#}
{% macro create_raw_views() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed') %}
        {% do run_query('create schema if not exists raw') %}
        {% for source in graph.sources.values() if source.source_name == 'raw' %}
            {% set landed = env_var('CEPING_LANDING') ~ '/' ~ source.name ~ '/*.parquet' %}
            {% do run_query('create or replace view raw.' ~ source.name ~ ' as ' ~ select_parquet(landed)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro select_parquet(path) %}{{ return(adapter.dispatch('select_parquet')(path)) }}{% endmacro %}

{% macro duckdb__select_parquet(path) %}
    {{ return("select * from read_parquet('" ~ path ~ "', union_by_name = true)") }}
{% endmacro %}

{% macro spark__select_parquet(path) %}
    {{ return('select * from parquet.`' ~ path ~ '`') }}
{% endmacro %}
