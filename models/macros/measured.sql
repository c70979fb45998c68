{#- The rows of one measure, or of a family of them, as the list in `int_measure_value` describes it. -#}
{% macro measured(measure) -%}
    select
        edition,
        subject_id,
        {% if measure.by -%}
        concat('{{ measure.code[:-1] }}', {{ measure.by }}) as measure_code,
        {% else -%}
        '{{ measure.code }}' as measure_code,
        {% endif -%}
        cast({{ measure.value }} as double) as value,
        cast({{ measure.get('sample_size', 'null') }} as bigint) as sample_size,
        cast({{ measure.get('standard_error', 'null') }} as double) as standard_error,
        cast({{ measure.get('null_reason', 'null') }} as string) as null_reason,
        is_synthetic
    from {{ measure.from }}
{%- endmacro %}

{#- The standard error of a share of a sample. -#}
{% macro error_of_share(share, sample_size) -%}
    case when {{ sample_size }} > 0 then sqrt({{ share }} * (1 - {{ share }}) / {{ sample_size }}) end
{%- endmacro %}
