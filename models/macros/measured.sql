{#- The rows of one measure, or of a family of them, as the list in `int_measure_value` describes it. -#}
{% macro measured(measure) -%}
    {%- set standard_error = measure.get('standard_error', 0) -%}
    {%- if measure.law == 'share' -%}
    {%- set standard_error = error_of_share(measure.value, measure.sample_size) -%}
    {%- endif -%}
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
        cast(case when {{ measure.value }} is not null then {{ standard_error }} end as double) as standard_error,
        cast({{ "'" ~ measure.law ~ "'" if measure.law else 'null' }} as string) as sampling_law,
        cast({{ measure.get('null_reason', 'null') }} as string) as null_reason,
        is_synthetic
    from {{ measure.from }}
{%- endmacro %}

{#-
    The standard error of a share of a sample: the deviation of Jeffreys' posterior, Beta(k + 1/2, n - k + 1/2). Two of
    two are no proof that all are, so a share of 0 or 1 has an error too.
-#}
{% macro error_of_share(share, sample_size) -%}
    {%- set middle = '((' ~ sample_size ~ ' * ' ~ share ~ ' + 0.5) / (' ~ sample_size ~ ' + 1))' -%}
    case when {{ sample_size }} > 0 then sqrt({{ middle }} * (1 - {{ middle }}) / ({{ sample_size }} + 2)) end
{%- endmacro %}
