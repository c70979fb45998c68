{#- The sources whose rows are counted and quarantined; each has a staging, a rejected and an accepted model. -#}
{% macro source_names() %}
    {{ return([
        'account_activity',
        'account_post',
        'account_profile',
        'account_registry',
        'appeal',
        'award_history',
        'citation',
        'declaration',
        'expert_review',
        'external_indicator',
        'nomination',
        'platform_census',
        'platform_check',
        'policy_document',
        'robot_test',
        'site_crawl',
        'site_inspection',
        'site_registry',
        'survey_response',
        'unit_registry',
    ]) }}
{% endmacro %}

{#- Rows a file of every source, at one stage: landed, unfit (broke the contract), rejected, accepted. -#}
{% macro rows_by_file(stage) -%}
    {% for name in source_names() -%}
    select
        edition,
        '{{ name }}' as source,
        file_id,
        count(*) as row_count
    from {% if stage in ('landed', 'unfit') %}{{ source('raw', name) }}{% else %}{{ ref('int_' ~ name ~ '_' ~ stage) }}{% endif %}
    {%- if stage == 'unfit' %}
    where rejections is not null
    {%- endif %}
    group by edition, file_id
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
{%- endmacro %}

{#- The columns that identify a row of a source, from its contract. Unit tests, which see no graph, override it. -#}
{% macro source_key(source_name) %}
    {% set declared = graph.sources.values() | selectattr('name', 'equalto', source_name) | first %}
    {{ return(declared.config.meta.contract.key) }}
{% endmacro %}

{#- The landed columns of a source, from its contract: personal data that is dropped has none. Unit tests override it. -#}
{% macro source_columns(source_name) %}
    {% set declared = graph.sources.values() | selectattr('name', 'equalto', source_name) | first %}
    {% set landed = [] %}
    {% for column in declared.columns.values() if column.config.meta.get('personal') != 'drop' %}
        {% do landed.append(column.name) %}
    {% endfor %}
    {{ return(landed) }}
{% endmacro %}

{#- The Chinese title of a source's form, from its contract. -#}
{% macro source_title(source_name) %}
    {% if execute %}
        {% set declared = graph.sources.values() | selectattr('name', 'equalto', source_name) | first %}
        {{ return(declared.config.meta.contract.title) }}
    {% endif %}
{% endmacro %}
