{#-
    Counts of the rows of a relation by each breakdown (name: expression of its group). Optional conditions are counted
    beside the rows, and optional expressions summed, each under its name.
-#}
{% macro count_by(relation, breakdowns, conditions={}, sums={}) -%}
    {% for breakdown, group in breakdowns.items() -%}
    select
        edition,
        '{{ breakdown }}' as breakdown,
        {{ group }} as group_code,
        count(*) as row_count,
        {%- for name, condition in conditions.items() %}
        count(case when {{ condition }} then 1 end) as {{ name }},
        {%- endfor %}
        {%- for name, expression in sums.items() %}
        cast(sum({{ expression }}) as bigint) as {{ name }},
        {%- endfor %}
        bool_or(is_synthetic) as is_synthetic
    from {{ relation }}
    group by edition, {{ group }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
{%- endmacro %}

{#- Adds to a tidy relation the names of its groups: the last part of a group code names a level or a region. -#}
{% macro with_group_names(relation) -%}
select
    tidy.edition,
    tidy.measure,
    tidy.breakdown,
    tidy.group_code,
    group_names.name_zh as group_name_zh,
    group_names.name_en as group_name_en,
    tidy.numerator,
    tidy.denominator,
    tidy.value,
    tidy.is_synthetic
from {{ relation }} as tidy
left join {{ ref('int_group_name') }} as group_names
    on
        tidy.edition = group_names.edition
        and regexp_replace(tidy.group_code, '^.*:', '') = group_names.group_code
{%- endmacro %}
