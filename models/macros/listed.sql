{#- Whether a value is one of a list in a seed, such as `weibo|wechat`. -#}
{% macro is_listed(value, list) -%}
    contains(concat('|', {{ list }}, '|'), concat('|', {{ value }}, '|'))
{%- endmacro %}

{#- The same, where a star admits every value, also an empty one. -#}
{% macro is_admitted(value, list) -%}
    ({{ list }} = '*' or {{ is_listed(value, list) }})
{%- endmacro %}
