{#-
    Parameters of the rules, by edition: a column for each of the codes, called by it with an underscore for the dot. A
    model asks for the ones it uses: `parameters as ({{ parameters(['crawl.utc_offset_hours']) }})`.
-#}
{% macro parameters(codes) -%}
    select
        {% for code in codes -%}
        max(case when parameter_code = '{{ code }}' then parameter_value end) as {{ code | replace('.', '_') }},
        {% endfor -%}
        edition
    from {{ ref('parameters') }}
    group by edition
{%- endmacro %}
