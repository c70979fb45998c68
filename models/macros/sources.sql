{#- The sources whose rows are counted and quarantined; each has a staging model. -#}
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

{#- The columns that identify a row of a source, from its contract. Unit tests, which see no graph, override it. -#}
{% macro source_key(source_name) %}
    {% set declared = graph.sources.values() | selectattr('name', 'equalto', source_name) | first %}
    {{ return(declared.config.meta.contract.key) }}
{% endmacro %}

{#- The Chinese title of a source's form, from its contract. -#}
{% macro source_title(source_name) %}
    {% if execute %}
        {% set declared = graph.sources.values() | selectattr('name', 'equalto', source_name) | first %}
        {{ return(declared.config.meta.contract.title) }}
    {% endif %}
{% endmacro %}
