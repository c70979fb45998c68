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
