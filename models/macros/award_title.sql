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

{#- A whole number below a million as pages show it, with a comma before its last three digits. -#}
{% macro shown_thousands(value) -%}
    case
        when {{ value }} < 1000 then {{ shown_count(value) }}
        else
            concat(
                {{ shown_count('floor(' ~ value ~ ' / 1000)') }},
                ',',
                lpad({{ shown_count(value ~ ' % 1000') }}, 3, '0')
            )
    end
{%- endmacro %}

{#- A day as a document writes it: 2017年5月15日, 15 May 2017. -#}
{% macro day_in_words(day, language) -%}
    {%- set months = [
        'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
        'December',
    ] -%}
    {%- if language == 'zh' -%}
        concat(
            {{ shown_count('year(' ~ day ~ ')') }}, '年', {{ shown_count('month(' ~ day ~ ')') }}, '月',
            {{ shown_count('day(' ~ day ~ ')') }}, '日'
        )
    {%- else -%}
        concat(
            {{ shown_count('day(' ~ day ~ ')') }},
            case month({{ day }})
                {%- for month in months %} when {{ loop.index }} then ' {{ month }} '{% endfor %}
            end,
            {{ shown_count('year(' ~ day ~ ')') }}
        )
    {%- endif -%}
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
