{#- The models, seeds and sources of the project, by dbt's name for them: name, kind, layer, description, SQL. -#}
{% macro project_nodes() %}
    {% set found = {} %}
    {% if execute %}
        {% for id, node in graph.get('nodes', {}).items() if node.resource_type in ('model', 'seed') %}
            {% do found.update({id: node}) %}
        {% endfor %}
        {% for id, node in graph.get('sources', {}).items() %}
            {% do found.update({id: node}) %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}

{#- Schema and name of a node, as analysts write a table. -#}
{% macro node_name(node) %}{{ return(node.schema ~ '.' ~ node.name) }}{% endmacro %}

{#- Everything a node is made from, near or far: id to the fewest steps that lead there. -#}
{% macro upstream_steps(nodes, id) %}
    {% set steps = {} %}
    {% set frontier = [id] %}
    {% for step in range(1, 41) %}
        {% set reached = [] %}
        {% for current in frontier %}
            {% for parent in (nodes[current].depends_on.nodes if nodes[current].depends_on is defined else []) %}
                {% if parent in nodes and parent not in steps %}
                    {% do steps.update({parent: step}) %}
                    {% do reached.append(parent) %}
                {% endif %}
            {% endfor %}
        {% endfor %}
        {% do frontier.clear() %}
        {% do frontier.extend(reached) %}
    {% endfor %}
    {{ return(steps) }}
{% endmacro %}

{#- A text as a literal of the engine. -#}
{% macro text_literal(text) %}{{ return(adapter.dispatch('text_literal')(text)) }}{% endmacro %}

{% macro duckdb__text_literal(text) %}{{ return("'" ~ (text | replace("'", "''")) ~ "'") }}{% endmacro %}

{% macro spark__text_literal(text) %}{{ return(spark_literal(text)) }}{% endmacro %}
