{#-
    The few places where DuckDB and Spark differ, one macro each. Whatever a model writes itself, both engines run.
-#}

{#- A join with the elements of a list: `from pages {{ unnest_join('pages.links', 'link') }}`. -#}
{% macro unnest_join(list, element) %}{{ return(adapter.dispatch('unnest_join')(list, element)) }}{% endmacro %}

{% macro duckdb__unnest_join(list, element) %}
    {{ return('cross join unnest(' ~ list ~ ') as elements (' ~ element ~ ')') }}
{% endmacro %}

{% macro spark__unnest_join(list, element) %}
    {{ return('lateral view explode(' ~ list ~ ') elements as ' ~ element) }}
{% endmacro %}

{#- Whole days from one date to another. -#}
{% macro days_between(start_date, end_date) %}
    {{ return(adapter.dispatch('days_between')(start_date, end_date)) }}
{% endmacro %}

{% macro duckdb__days_between(start_date, end_date) %}
    {{ return("date_diff('day', " ~ start_date ~ ', ' ~ end_date ~ ')') }}
{% endmacro %}

{% macro spark__days_between(start_date, end_date) %}
    {{ return('datediff(' ~ end_date ~ ', ' ~ start_date ~ ')') }}
{% endmacro %}

{#- A time so many hours later. -#}
{% macro plus_hours(time, hours) %}{{ return(adapter.dispatch('plus_hours')(time, hours)) }}{% endmacro %}

{% macro duckdb__plus_hours(time, hours) %}
    {{ return(time ~ ' + to_hours(cast(' ~ hours ~ ' as integer))') }}
{% endmacro %}

{% macro spark__plus_hours(time, hours) %}
    {{ return('timestampadd(hour, cast(' ~ hours ~ ' as integer), ' ~ time ~ ')') }}
{% endmacro %}

{#- The texts of a group joined, in the order of a column, or else in their own. -#}
{% macro joined_text(text, separator, place=none) %}
    {{ return(adapter.dispatch('joined_text')(text, separator, place)) }}
{% endmacro %}

{% macro duckdb__joined_text(text, separator, place) %}
    {%- set order = place ~ ', ' ~ text if place else text -%}
    {{ return('string_agg(' ~ text ~ ", '" ~ separator ~ "' order by " ~ order ~ ')') }}
{% endmacro %}

{% macro spark__joined_text(text, separator, place) %}
    {#- A name of its own for each text: Sail takes lists of structs with the same names for the same list. -#}
    {%- set said = 'said_' ~ local_md5(text)[:8] -%}
    {%- set pair = 'struct(' ~ (place or '0') ~ ' as place, ' ~ text ~ ' as ' ~ said ~ ')' -%}
    {%- set texts = 'transform(array_sort(collect_list(' ~ pair ~ ')), each -> each.' ~ said ~ ')' -%}
    {{ return('array_join(' ~ texts ~ ", '" ~ separator ~ "')") }}
{% endmacro %}

{#- The whole numbers of a group in order, joined. -#}
{% macro joined_numbers(number, separator) %}{{ return(adapter.dispatch('joined_numbers')(number, separator)) }}{% endmacro %}

{% macro duckdb__joined_numbers(number, separator) %}
    {{ return('string_agg(cast(' ~ number ~ " as string), '" ~ separator ~ "' order by " ~ number ~ ')') }}
{% endmacro %}

{% macro spark__joined_numbers(number, separator) %}
    {{ return('array_join(cast(array_sort(collect_list(' ~ number ~ ")) as array<string>), '" ~ separator ~ "')") }}
{% endmacro %}

{#- A whole number that is the same for the same values, on one engine. -#}
{% macro row_hash(columns) %}{{ return(adapter.dispatch('row_hash')(columns)) }}{% endmacro %}

{% macro duckdb__row_hash(columns) %}
    {{ return('cast(hash(' ~ (columns | join(', ')) ~ ') >> 1 as bigint)') }}
{% endmacro %}

{% macro spark__row_hash(columns) %}
    {{ return('xxhash64(' ~ (columns | join(', ')) ~ ')') }}
{% endmacro %}

{#- The Sunday a date's week begins with. -#}
{% macro week_start(date) %}{{ return(adapter.dispatch('week_start')(date)) }}{% endmacro %}

{% macro duckdb__week_start(date) %}
    {{ return(date ~ ' - cast(dayofweek(' ~ date ~ ') as integer)') }}
{% endmacro %}

{% macro spark__week_start(date) %}
    {{ return('date_sub(' ~ date ~ ', dayofweek(' ~ date ~ ') - 1)') }}
{% endmacro %}

{#- The reason code of the first rejection of a landed row; nothing where it has none. -#}
{% macro first_reason(rejections) %}{{ return(adapter.dispatch('first_reason')(rejections)) }}{% endmacro %}

{% macro duckdb__first_reason(rejections) %}{{ return('list_extract(' ~ rejections ~ ', 1).reason_code') }}{% endmacro %}

{% macro spark__first_reason(rejections) %}{{ return('get(' ~ rejections ~ ', 0).reason_code') }}{% endmacro %}

{#- A text as a literal of the engine. -#}
{% macro text_literal(text) %}{{ return(adapter.dispatch('text_literal')(text)) }}{% endmacro %}

{% macro duckdb__text_literal(text) %}{{ return("'" ~ (text | replace("'", "''")) ~ "'") }}{% endmacro %}

{% macro spark__text_literal(text) %}{{ return(spark_literal(text)) }}{% endmacro %}

{#- Where a table is kept. Sail would give each a name of chance; below Spark's own folder it is the same place. -#}
{% macro spark__location_clause() %}
    {% if target.name == 'sail' %}location '{{ this.schema }}.db/{{ this.identifier }}'{% endif %}
{% endmacro %}

{#- In how many rounds the severity of experts is solved. -#}
{% macro severity_rounds() %}{{ return(adapter.dispatch('severity_rounds')()) }}{% endmacro %}

{% macro duckdb__severity_rounds() %}{{ return(var('severity_rounds')) }}{% endmacro %}

{% macro spark__severity_rounds() %}
    {{ return(var('severity_rounds' if target.name == 'sail' else 'severity_rounds_on_spark')) }}
{% endmacro %}
