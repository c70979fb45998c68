{#- Series and title as a row names them, such as `1:all`; looked up in int_award_title_name. -#}
{% macro title_id(series, title_code) -%}
    concat(cast({{ series }} as string), ':', {{ title_code }})
{%- endmacro %}

{#- A sentence of the seeds with the places in braces filled in; what is unknown leaves the place empty. -#}
{% macro filled_in(sentence, values) -%}
    {%- set filled = namespace(text=sentence) -%}
    {%- for place, value in values.items() -%}
        {%- set filled.text = "replace(" ~ filled.text ~ ", '{" ~ place ~ "}', coalesce(" ~ value ~ ", ''))" -%}
    {%- endfor -%}
    {{ filled.text }}
{%- endmacro %}

{#- A number as texts show it, the same on every engine: with so many digits after the point. -#}
{% macro shown_number(value, digits=1) -%}
    cast(cast(round({{ value }}, {{ digits }}) as decimal(18, {{ digits }})) as string)
{%- endmacro %}

{#- A whole number as texts show it. -#}
{% macro shown_count(value) -%}
    cast(cast({{ value }} as bigint) as string)
{%- endmacro %}

{#- A score cut to the scale of 0 to 100. What is unknown stays so: least and greatest alone would make it an end of it. -#}
{% macro within_scale(score) -%}
    case
        when {{ score }} is not null then least(cast(100 as double), greatest(cast(0 as double), {{ score }}))
    end
{%- endmacro %}

{#- The number a text is, such as `80.5`; nothing where it is none. -#}
{% macro number_in(text) -%}
    case when regexp_extract({{ text }}, '^([0-9]+([.][0-9]+)?)$', 1) = {{ text }} then cast({{ text }} as double) end
{%- endmacro %}

{#- What a row about a subject and a title refers to, for `rejected_rows`. -#}
{% macro subject_and_title() %}
    {{ return({'subject_id': ref('dim_subject'), 'title_id': ref('int_award_title_name')}) }}
{% endmacro %}
