{#-
    Whether a computed value agrees with a printed one as a row of the seed qualifiers understands it: by rounding to
    the printed digits (a half may be rounded either way), or by lying between bounds that are multiples of the printed value.
-#}
{% macro is_in_agreement(computed, printed, decimals, rule) -%}
    case
        when {{ rule }}.is_rounded
            then round(abs({{ computed }} - {{ printed }}), 9) <= 0.5 * power(cast(10 as double), -{{ decimals }})
        else
            (
                {{ computed }} > {{ printed }} * {{ rule }}.lower_factor
                or ({{ rule }}.is_lower_included and {{ computed }} = {{ printed }} * {{ rule }}.lower_factor)
            )
            and (
                {{ computed }} < {{ printed }} * {{ rule }}.upper_factor
                or ({{ rule }}.is_upper_included and {{ computed }} = {{ printed }} * {{ rule }}.upper_factor)
            )
    end
{%- endmacro %}
