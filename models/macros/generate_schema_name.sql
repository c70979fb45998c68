{#-
    Schemas are called by their own names (core, trends, …), without the target's name before them. A model below what
    is published is told by its prefix, whatever its folder.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if node.name.startswith('stg_') -%}
        staging
    {%- elif node.name.startswith('int_') -%}
        intermediate
    {%- else -%}
        {{ (custom_schema_name or target.schema) | trim }}
    {%- endif -%}
{%- endmacro %}
