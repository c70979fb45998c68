{%- set nodes = project_nodes() -%}
{%- set rows = [] -%}
{%- for id, node in nodes.items() if node.resource_type == 'model' and node.fqn[1] == 'marts' -%}
    {%- for upstream, step in upstream_steps(nodes, id).items() -%}
        {%- do rows.append((node_name(node), node_name(nodes[upstream]), nodes[upstream].resource_type, step)) -%}
    {%- endfor -%}
{%- endfor -%}
with listed as (
    select *
    from
        (
            values
            {% for table_name, upstream_name, kind, step in rows | sort -%}
            ('{{ table_name }}', '{{ upstream_name }}', '{{ kind }}', {{ step }}){% if not loop.last %},{% endif %}
            {% else -%}
            (null, null, null, null)
            {% endfor %}
        ) as edges (table_name, upstream_name, upstream_kind, step_count)
),

typed as (
    select
        cast(table_name as string) as table_name,
        cast(upstream_name as string) as upstream_name,
        cast(upstream_kind as string) as upstream_kind,
        cast(step_count as integer) as step_count
    from listed
    where table_name is not null
)

select * from typed
