{#-
    Loads a seed on Spark with its values written as literals. The adapter's own way sends them as unescaped text and
    an empty cell as the word None.
-#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model['config'].get('column_types', {}) %}
    {% set statements = [] %}
    {% for rows in agate_table.rows | batch(1000) %}
        {% set statement %}
            insert into {{ this.render() }} values
            {% for row in rows -%}
            (
                {%- for name in agate_table.column_names -%}
                    cast({{ spark_literal(row[loop.index0]) }} as {{ types.get(name, 'string') }})
                    {%- if not loop.last %}, {% endif -%}
                {%- endfor -%}
            ){% if not loop.last %},{% endif %}
            {% endfor %}
        {% endset %}
        {% do adapter.add_query(statement, abridge_sql_log=True) %}
        {% do statements.append(statement) %}
    {% endfor %}
    {#- A seed may have no row yet. -#}
    {{ return(statements[0] if statements else '') }}
{% endmacro %}

{% macro spark_literal(value) %}
    {%- if value is none -%}
        {{ return('null') }}
    {%- endif -%}
    {{ return("'" ~ (value | string | replace('\\', '\\\\') | replace("'", "\\'")) ~ "'") }}
{% endmacro %}
