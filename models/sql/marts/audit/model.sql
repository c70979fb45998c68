{%- set nodes = project_nodes() -%}
{%- set rows = [] -%}
{%- for id, node in nodes.items() -%}
    {%- set code = node.raw_code if node.resource_type == 'model' else '' -%}
    {%- do rows.append((node_name(node), node.resource_type, node.description, code)) -%}
{%- endfor -%}
with listed as (
    select *
    from
        (
            values
            {% for model_name, kind, described, code in rows | sort -%}
            (
                {{ text_literal(model_name) }},
                {{ text_literal(kind) }},
                {{ text_literal(described) }},
                {{ text_literal(code) }}
            ){% if not loop.last %},{% endif %}
            {% else -%}
            (null, null, null, null)
            {% endfor %}
        ) as rules (model_name, model_kind, meaning, sql_text)
),

typed as (
    select
        cast(model_name as string) as model_name,
        cast(model_kind as string) as model_kind,
        cast(meaning as string) as meaning,
        nullif(cast(sql_text as string), '') as sql_text
    from listed
    where model_name is not null
)

select * from typed
