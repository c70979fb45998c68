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

{#-
    The rows of one measure of counted groups, in the shape every trend table has: a count, or a share of another count.
    Where `sample` holds, the share is of a sample and gets an interval.
-#}
{% macro tidy_rows(relation, measure, numerator, denominator=none, value=none, period='null', sample='false', where='true') -%}
    select
        edition,
        '{{ measure }}' as measure,
        breakdown,
        group_code,
        cast({{ period }} as string) as period,
        cast({{ numerator }} as bigint) as numerator,
        cast({{ denominator or 'null' }} as bigint) as denominator,
        {% if value -%}
        cast({{ value }} as double) as value,
        {%- elif denominator -%}
        {{ share(numerator, denominator) }} as value,
        {%- else -%}
        cast({{ numerator }} as double) as value,
        {%- endif %}
        {{ sample }} as is_sample,
        is_synthetic
    from {{ relation }}
    where {{ where }}
{%- endmacro %}

{#-
    Adds to a tidy relation the names of its groups (the last part of a group code names a level, a region or whatever
    has a name), and to shares of samples their interval.
-#}
{% macro with_group_names(relation) -%}
select
    tidy.edition,
    tidy.measure,
    tidy.breakdown,
    tidy.group_code,
    tidy.period,
    group_names.name_zh as group_name_zh,
    group_names.name_en as group_name_en,
    tidy.numerator,
    tidy.denominator,
    tidy.value,
    case when tidy.is_sample then {{ wilson_bound('tidy.numerator', 'tidy.denominator', 'parameters.interval_z', '-') }} end
        as interval_low,
    case when tidy.is_sample then {{ wilson_bound('tidy.numerator', 'tidy.denominator', 'parameters.interval_z', '+') }} end
        as interval_high,
    tidy.is_synthetic
from {{ relation }} as tidy
left join {{ ref('int_parameter_pivoted') }} as parameters on tidy.edition = parameters.edition
left join {{ ref('int_group_name') }} as group_names
    on
        tidy.edition = group_names.edition
        and regexp_replace(tidy.group_code, '^.*:', '') = group_names.group_code
{%- endmacro %}

{#-
    A bound of the score interval of Wilson (1927) for a share of a sample, to nine decimals: z is the quantile of the
    normal distribution that the confidence asks for. Nothing for an empty sample.
-#}
{% macro wilson_bound(successes, trials, z, sign) -%}
    case when {{ trials }} > 0 then least(cast(1 as double), greatest(cast(0 as double), round(cast((
        {{ successes }} + {{ z }} * {{ z }} / 2 {{ sign }} {{ z }} * sqrt(
            cast({{ successes }} as double) * ({{ trials }} - {{ successes }}) / {{ trials }} + {{ z }} * {{ z }} / 4
        )
    ) / ({{ trials }} + {{ z }} * {{ z }}) as double), 9))) end
{%- endmacro %}
