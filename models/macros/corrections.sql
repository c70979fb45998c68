{#-
    Corrections: cells of the seed `corrections` that take another value than was delivered, from staging on. A crawl
    is too large to be looked through for single cells and is delivered again instead; rows with pseudonyms are nobody's
    to correct.
-#}
{% macro correctable_sources() %}
    {{ return(source_names() | reject('in', ['site_crawl', 'survey_response']) | list) }}
{% endmacro %}

{#- The landed columns of a source with their types, from its contract. Unit tests, which see no graph, see none. -#}
{% macro source_types(source_name) %}
    {% set types = {} %}
    {% for declared in graph.get('sources', {}).values() if declared.name == source_name %}
        {% for column in declared.columns.values() if column.config.meta.get('personal') != 'drop' %}
            {% do types.update({column.name: column.data_type}) %}
        {% endfor %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}

{#- Whether a cell of the type can be corrected: lists cannot. -#}
{% macro is_single(data_type) %}{{ return(not data_type.endswith('[]')) }}{% endmacro %}

{#- One part of a correction's row key, as the type of its column; parts stand as in the contract's key, between bars. -#}
{% macro key_part(position, data_type) -%}
    try_cast(nullif(trim(split_part(row_key, '|', {{ position }})), '') as {{ data_type }})
{%- endmacro %}

{#- The landed rows of a source with its active corrections; a cell that is not what its correction expects stays. -#}
{% macro corrected_rows(source_name) %}
{%- set landed = source('raw', source_name) -%}
{%- set is_correctable = source_name in correctable_sources() -%}
{%- set corrections = ref('corrections') if is_correctable -%}
{%- set types = source_types(source_name) if execute else {} -%}
{%- if not (types and is_correctable) -%}
select * from {{ landed }}
{%- else -%}
{%- set key = source_key(source_name) -%}
select
    landed.edition,
    landed.file_id,
    landed.sheet,
    landed.row_number,
    {%- for column, data_type in types.items() %}
    {%- if is_single(data_type) %}
    case
        when
            fixes.has_{{ column }}
            and landed.{{ column }} is not distinct from try_cast(fixes.old_{{ column }} as {{ data_type }})
            then try_cast(fixes.new_{{ column }} as {{ data_type }})
        else landed.{{ column }}
    end as {{ column }}
    {%- else %}
    landed.{{ column }}
    {%- endif %},
    {%- endfor %}
    landed.rejections
from {{ landed }} as landed
left join (
    select
        {%- for name in key %}
        key_{{ name }},
        {%- endfor %}
        {%- for column, data_type in types.items() if is_single(data_type) %}
        bool_or(
            column_name = '{{ column }}' and (new_value is null or try_cast(new_value as {{ data_type }}) is not null)
        ) as has_{{ column }},
        max(case when column_name = '{{ column }}' then expected_value end) as old_{{ column }},
        max(case when column_name = '{{ column }}' then new_value end) as new_{{ column }},
        {%- endfor %}
        edition
    from (
        select
            {%- for name in key %}
            {{ key_part(loop.index, types[name]) }} as key_{{ name }},
            {%- endfor %}
            *
        from {{ corrections }}
        where source = '{{ source_name }}' and status = 'active'
    ) as keyed
    group by edition{% for name in key %}, key_{{ name }}{% endfor %}
) as fixes
    on
        landed.edition = fixes.edition
        {%- for name in key %}
        and landed.{{ name }} is not distinct from fixes.key_{{ name }}
        {%- endfor %}
{%- endif -%}
{% endmacro %}

{#- What each correction of a source finds among its landed rows: how many, where, what value, whether as expected. -#}
{% macro corrections_found(source_name) %}
{%- set landed = source('raw', source_name) -%}
{%- set types = source_types(source_name) if execute else {} -%}
{%- set singles = [] -%}
{%- for column, data_type in types.items() if is_single(data_type) %}{% do singles.append(column) %}{% endfor -%}
{%- set units = ['subject_code', 'site_code', 'region_code', 'unit_code'] | select('in', types) | list -%}
select
    fixes.edition,
    fixes.correction_id,
    count(landed.row_number) as found_count,
    min(landed.file_id) as file_id,
    min(landed.sheet) as sheet,
    min(landed.row_number) as row_number,
    min({{ 'landed.' ~ units[0] if units else 'cast(null as string)' }}) as unit_code,
    {%- if singles %}
    min(
        case fixes.column_name
            {%- for column in singles %}
            when '{{ column }}' then cast(landed.{{ column }} as string)
            {%- endfor %}
        end
    ) as seen_value,
    bool_and(
        case fixes.column_name
            {%- for column in singles %}
            when '{{ column }}'
                then landed.{{ column }} is not distinct from try_cast(fixes.expected_value as {{ types[column] }})
            {%- endfor %}
        end
    ) as is_expected,
    bool_and(
        case fixes.column_name
            {%- for column in singles %}
            when '{{ column }}'
                then landed.{{ column }} is not distinct from try_cast(fixes.new_value as {{ types[column] }})
            {%- endfor %}
        end
    ) as is_mended,
    bool_and(
        case fixes.column_name
            {%- for column in singles %}
            when '{{ column }}'
                then fixes.new_value is null or try_cast(fixes.new_value as {{ types[column] }}) is not null
            {%- endfor %}
        end
    ) as is_readable,
    bool_or({{ is_listed('fixes.column_name', "'" ~ (singles | join('|')) ~ "'") }}) as is_known_column
    {%- else %}
    cast(null as string) as seen_value,
    cast(null as boolean) as is_expected,
    cast(null as boolean) as is_mended,
    cast(null as boolean) as is_readable,
    cast(null as boolean) as is_known_column
    {%- endif %}
from (
    select
        {%- for name in (source_key(source_name) if types else []) %}
        {{ key_part(loop.index, types[name]) }} as key_{{ name }},
        {%- endfor %}
        *
    from corrections
    where source = '{{ source_name }}'
) as fixes
left join {{ landed }} as landed
    on
        fixes.edition = landed.edition
        and landed.rejections is null
        {%- for name in (source_key(source_name) if types else []) %}
        and landed.{{ name }} is not distinct from fixes.key_{{ name }}
        {%- endfor %}
group by fixes.edition, fixes.correction_id
{% endmacro %}
