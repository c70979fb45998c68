{#-
    What a table promises, in one test: its key (from `meta.key`) stands on one row, the columns of `complete` are never
    empty, every condition of `holds` (a rule in words: its
    condition) is true of every row, and the columns of `refers`, where all are filled, are found
    together in another relation. A row of the result names the rule that is broken, how many rows break it, and the key
    of one of them.
-#}
{% test sound(model, complete=[], holds={}, refers=[]) %}
{%- if execute -%}
{%- set key = key_of(model) -%}
{%- set shown = key_text(key) -%}
select
    'more than one row with the same {{ key | join(', ') }}' as rule,
    count(*) as row_count,
    min(example) as example
from (
    select {{ shown }} as example
    from {{ model }}
    group by {{ key | join(', ') }}
    having count(*) > 1
) as repeated
having count(*) > 0
{%- if complete %}
union all
select
    concat('empty: ', column_name) as rule,
    count(*) as row_count,
    min(example) as example
from (
    select
        {{ shown }} as example,
        case
            {% for column in complete -%}
            when {{ column }} is null then '{{ column }}'
            {% endfor -%}
        end as column_name
    from {{ model }}
    where {% for column in complete %}{{ column }} is null{% if not loop.last %} or {% endif %}{% endfor %}
) as incomplete
group by column_name
{%- endif %}
{%- for rule, condition in holds.items() %}
union all
select
    {{ text_literal('broken: ' ~ rule) }} as rule,
    count(*) as row_count,
    min({{ shown }}) as example
from {{ model }}
where not coalesce({{ condition }}, false)
having count(*) > 0
{%- endfor %}
{%- for reference in refers %}
{%- set columns = reference.columns %}
{%- set found_as = reference.get('to_columns', columns) %}
union all
select
    'unknown in {{ reference.to.identifier }}: {{ columns | join(', ') }}' as rule,
    count(*) as row_count,
    min({{ key_text(key, 'referring.') }}) as example
from {{ model }} as referring
left join {{ reference.to }} as referred
    on {% for column in columns %}referring.{{ column }} = referred.{{ found_as[loop.index0] }}{% if not loop.last %} and {% endif %}{% endfor %}

where
    referred.{{ found_as[0] }} is null
    {% for column in columns %}and referring.{{ column }} is not null
    {% endfor -%}
having count(*) > 0
{%- endfor %}
{%- endif -%}
{% endtest %}

{#- The key of a table, as its YAML declares it. -#}
{% macro key_of(relation) %}
    {% set nodes = graph.nodes.values() | selectattr('resource_type', 'in', ['model', 'seed']) %}
    {% set node = nodes | selectattr('alias', 'equalto', relation.identifier) | first %}
    {{ return(node.config.meta.key) }}
{% endmacro %}

{#- A key as a text people can look up. -#}
{% macro key_text(key, prefix='') -%}
    concat_ws(', ',
        {%- for column in key %} concat('{{ column }}=', coalesce(cast({{ prefix }}{{ column }} as string), '-'))
        {%- if not loop.last %},{% endif %}{% endfor -%}
    )
{%- endmacro %}

{#- Fails on every exclusion by a title that is not decided in an earlier turn: nobody would be excluded by it. -#}
{% test decided_in_a_later_turn(model, rules) %}
select exclusions.*
from {{ model }} as exclusions
inner join {{ rules }} as excluded_rules
    on
        exclusions.edition = excluded_rules.edition
        and exclusions.series_code = excluded_rules.series_code
        and exclusions.title_code = excluded_rules.title_code
inner join {{ rules }} as excluding_rules
    on
        exclusions.edition = excluding_rules.edition
        and exclusions.excluding_series_code = excluding_rules.series_code
        and {{ is_admitted('excluding_rules.title_code', 'exclusions.excluding_title_code') }}
where excluding_rules.stage >= excluded_rules.stage
{% endtest %}

{#-
    Fails on what would be counted and not shown, or shown without a meaning: a measure of units that no row of
    trend_measures computes, a measure without a breakdown, a breakdown by what units do not have, and a table, measure
    or breakdown that is not declared or has no name.
-#}
{% test declares_every_trend(model) %}
{% set parts = ['', 'all', 'unit_code', 'period'] + unit_attributes() -%}
with measures as (
    select * from {{ ref('trend_measures') }}
),

breakdowns as (
    select * from {{ ref('trend_breakdowns') }}
),

labels as (
    select * from {{ ref('dim_label') }}
),

counted as (
    select distinct
        trend_table,
        measure
    from ({{ all_trend_units() }}) as units
),

faults as (
    select
        'measure of units that is not declared' as fault,
        counted.trend_table,
        counted.measure as code
    from counted
    left join measures on counted.trend_table = measures.trend_table and counted.measure = measures.measure
    where measures.measure is null
    union all
    select
        'measure without a breakdown' as fault,
        measures.trend_table,
        measures.measure as code
    from measures
    left join breakdowns
        on
            measures.trend_table = breakdowns.trend_table
            and (measures.measure = breakdowns.measure or breakdowns.measure = '*')
    where breakdowns.breakdown is null
    union all
    select
        'measure without a name' as fault,
        measures.trend_table,
        measures.measure as code
    from measures
    left join labels on labels.label_kind = 'measure' and measures.measure = labels.label_code
    where labels.label_code is null
    union all
    select
        'breakdown of a measure that is not declared' as fault,
        breakdowns.trend_table,
        breakdowns.measure as code
    from breakdowns
    left join measures
        on
            breakdowns.trend_table = measures.trend_table
            and (breakdowns.measure = measures.measure or breakdowns.measure = '*')
    where measures.measure is null
    union all
    select
        'breakdown without a name' as fault,
        breakdowns.trend_table,
        breakdowns.breakdown as code
    from breakdowns
    left join labels on labels.label_kind = 'breakdown' and breakdowns.breakdown = labels.label_code
    where labels.label_code is null
    union all
    select
        'breakdown by what units do not have' as fault,
        breakdowns.trend_table,
        breakdowns.parts as code
    from breakdowns
    where
        split_part(breakdowns.parts, '|', 4) <> ''
        {% for place in [1, 2, 3] -%}
        or split_part(breakdowns.parts, '|', {{ place }}) not in ('{{ parts | join("', '") }}')
        {% endfor %}
)

select * from faults
{% endtest %}
