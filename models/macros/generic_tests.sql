{#- Fails on every key that stands on more than one row; empty parts of a key compare as equal. -#}
{% test unique_key(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{#- Fails on every row whose columns, all filled, are not found together in another relation. -#}
{% test row_refers_to(model, columns, to, to_columns) %}
select referring.*
from {{ model }} as referring
left join {{ to }} as referred
    on {% for column in columns %}referring.{{ column }} = referred.{{ to_columns[loop.index0] }}{% if not loop.last %} and {% endif %}{% endfor %}

where
    referred.{{ to_columns[0] }} is null
    {% for column in columns %}and referring.{{ column }} is not null
    {% endfor %}
{% endtest %}

{#- Fails on every row for which a condition is false or unknown. -#}
{% test holds(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}

{#- Fails on every row in which one of the columns is empty. -#}
{% test complete(model, columns) %}
select *
from {{ model }}
where {% for column in columns %}{{ column }} is null{% if not loop.last %} or {% endif %}{% endfor %}

{% endtest %}

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
        or split_part(breakdowns.parts, '|', {{ place }}) not in ({{ as_literals(parts) | join(', ') }})
        {% endfor %}
)

select * from faults
{% endtest %}
