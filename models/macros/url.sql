{#- The host name in an address: lower case, without scheme, port and a leading www. -#}
{% macro url_host(url) %}
regexp_replace({{ url_whole_host(url) }}, '^www[.]', '')
{%- endmacro %}

{#- The host name in an address as it stands there, in lower case: sites of one name may differ in the leading www. -#}
{% macro url_whole_host(url) -%}
lower(split_part(split_part({{ url_without_scheme(url) }}, '/', 1), ':', 1))
{%- endmacro %}

{#- Whether an address names nothing but a host. -#}
{% macro url_is_bare(url) %}
(not contains(regexp_replace({{ url_without_scheme(url) }}, '/+$', ''), '/'))
{%- endmacro %}

{% macro url_without_scheme(url) -%}
regexp_replace({{ url }}, '^[a-zA-Z][a-zA-Z0-9+.-]*://', '')
{%- endmacro %}

{#- What the address of a fetched page says: its host where no site code is given, and whether it is a home page. -#}
{% macro places_of_page() %}
    {{ return({
        'url_host': 'case when site_code is null then ' ~ url_whole_host('url') ~ ' end',
        'is_home': 'case when depth is null then ' ~ url_is_bare('url') ~ ' else depth = 0 end',
    }) }}
{% endmacro %}
