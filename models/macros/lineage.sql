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
{% macro node_name(node) %}{{ return(node.schema ~ '.' ~ (node.alias or node.name)) }}{% endmacro %}

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

{#-
    What each published table is made from, near or far: the table, and its upstreams as `name kind steps` between
    commas; as literals, in order.
-#}
{% macro lineage_rows() %}
    {% set nodes = project_nodes() %}
    {% set rows = [] %}
    {% for id, node in nodes.items() if node.resource_type == 'model' and not node.name.startswith(('stg_', 'int_')) %}
        {% set upstreams = [] %}
        {% for upstream, step in upstream_steps(nodes, id).items() %}
            {% do upstreams.append([node_name(nodes[upstream]), nodes[upstream].resource_type, step] | join(' ')) %}
        {% endfor %}
        {% do rows.append(as_literals([node_name(node), upstreams | sort | join(',')])) if upstreams %}
    {% endfor %}
    {{ return(rows | sort) }}
{% endmacro %}

{#- Every model, seed and source: name, kind, description, SQL; as literals, in order. -#}
{% macro rule_rows() %}
    {% set rows = [] %}
    {% for node in project_nodes().values() %}
        {% set code = node.raw_code if node.resource_type == 'model' else '' %}
        {% do rows.append(as_literals([node_name(node), node.resource_type, node.description, code])) %}
    {% endfor %}
    {{ return(rows | sort) }}
{% endmacro %}

{% macro as_literals(texts) %}
    {% set literals = [] %}
    {% for text in texts %}{% do literals.append(text_literal(text | string)) %}{% endfor %}
    {{ return(literals) }}
{% endmacro %}
