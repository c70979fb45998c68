-- Of the rows of a source that are believed no two have the key of its contract in common.
{% for name in source_names() -%}
{%- set believed_rows = believed(name) -%}
{%- if execute -%}
{%- set key = ['edition'] + source_key(name) -%}
select
    '{{ name }}: more than one believed row with the same {{ key | join(', ') }}' as rule,
    count(*) as row_count,
    min(example) as example
from (
    select {{ key_text(key) }} as example
    from {{ believed_rows }}
    group by {{ key | join(', ') }}
    having count(*) > 1
) as repeated
having count(*) > 0
{% if not loop.last -%}
union all
{% endif -%}
{%- endif -%}
{%- endfor %}
