{#- The host name in an address: lower case, without scheme, port and a leading www. -#}
{% macro url_host(url) %}
regexp_replace(lower(split_part(split_part({{ url_without_scheme(url) }}, '/', 1), ':', 1)), '^www[.]', '')
{%- endmacro %}

{#- Whether an address names nothing but a host. -#}
{% macro url_is_bare(url) %}
(not contains(regexp_replace({{ url_without_scheme(url) }}, '/+$', ''), '/'))
{%- endmacro %}

{% macro url_without_scheme(url) -%}
regexp_replace({{ url }}, '^[a-zA-Z][a-zA-Z0-9+.-]*://', '')
{%- endmacro %}
