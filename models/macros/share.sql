{#- A fraction 0 to 1; null where there is nothing to divide by, since not evaluated is never zero. -#}
{% macro share(numerator, denominator) -%}
    case when {{ denominator }} > 0 then cast({{ numerator }} as double) / cast({{ denominator }} as double) end
{%- endmacro %}
