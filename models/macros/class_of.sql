{#-
    The class a subject is compared in: what a list in a seed names of it, such as `kind|level`, joined; `all` where the
    list is a star or the subject has none of it.
-#}
{% macro class_of(list, subjects) -%}
    coalesce(
        nullif(
            concat_ws(
                '/',
                {%- for word, column in {
                    'kind': 'subject_kind',
                    'level': 'level',
                    'system': 'system',
                    'role': 'site_role',
                    'province': 'province_code',
                }.items() %}
                case when {{ is_listed("'" ~ word ~ "'", list) }} then {{ subjects }}.{{ column }} end
                {%- if not loop.last %},{% endif %}
                {%- endfor %}
            ),
            ''
        ),
        'all'
    )
{%- endmacro %}
