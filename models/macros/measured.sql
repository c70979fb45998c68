{#-
    Rows of one measure from a relation that has a row a subject: the value, on how many observations it rests, its
    standard error where those are a sample, and why it is empty. A share of a sample has the error of a proportion.
-#}
{% macro measured(relation, measure_code, value, sample_size='null', standard_error='null', null_reason='null') -%}
    select
        edition,
        subject_id,
        '{{ measure_code }}' as measure_code,
        cast({{ value }} as double) as value,
        cast({{ sample_size }} as bigint) as sample_size,
        cast({{ standard_error }} as double) as standard_error,
        cast({{ null_reason }} as string) as null_reason,
        is_synthetic
    from {{ relation }}
{%- endmacro %}

{% macro error_of_share(share, sample_size) -%}
    case when {{ sample_size }} > 0 then sqrt({{ share }} * (1 - {{ share }}) / {{ sample_size }}) end
{%- endmacro %}

{#- Rows of measures whose code stands in the rows themselves, one row a subject and code. -#}
{% macro measured_by_code(relation, prefix, code, value, sample_size, standard_error, null_reason='null') -%}
    select
        edition,
        subject_id,
        concat('{{ prefix }}.', {{ code }}) as measure_code,
        cast({{ value }} as double) as value,
        cast({{ sample_size }} as bigint) as sample_size,
        cast({{ standard_error }} as double) as standard_error,
        cast({{ null_reason }} as string) as null_reason,
        is_synthetic
    from {{ relation }}
{%- endmacro %}
