{#-
    What a row names as its subject, by kind and code. Sites and platforms have one identification code whatever their
    kind; an account has the id its platform gave it; a unit has a code of its own. Nothing is named where there is no
    code.
-#}
{% macro subject_id(kind, code) -%}
    case
        when {{ code }} is not null
            then concat(case when {{ kind }} in ('weibo', 'wechat', 'app', 'unit') then {{ kind }} else 'website' end, ':', {{ code }})
    end
{%- endmacro %}
