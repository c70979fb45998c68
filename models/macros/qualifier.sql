{#-
    Whether a statement with a printed value is true of a computed one, as a row of the seed qualifiers understands it: by
    rounding to the printed digits (a half may be rounded either way), or by lying between bounds that are multiples of
    the printed value; an empty bound is open.
-#}
{% macro is_in_agreement(computed, printed, decimals, rule) -%}
    case
        when {{ rule }}.is_rounded
            then round(abs({{ computed }} - {{ printed }}), 9) <= 0.5 * power(cast(10 as double), -{{ decimals }})
        else
            (
                {{ rule }}.lower_factor is null
                or round({{ computed }} - {{ printed }} * {{ rule }}.lower_factor, 9) > 0
                or (
                    {{ rule }}.is_lower_included
                    and round({{ computed }} - {{ printed }} * {{ rule }}.lower_factor, 9) = 0
                )
            )
            and (
                {{ rule }}.upper_factor is null
                or round({{ printed }} * {{ rule }}.upper_factor - {{ computed }}, 9) > 0
                or (
                    {{ rule }}.is_upper_included
                    and round({{ printed }} * {{ rule }}.upper_factor - {{ computed }}, 9) = 0
                )
            )
    end
{%- endmacro %}

{#- Whether a true statement is also near: 20% is under 30%, but who says so has not said much. -#}
{% macro is_near(computed, printed, rule) -%}
    {{ rule }}.is_rounded
    or {{ rule }}.precise_within is null
    or round(abs({{ computed }} - {{ printed }}) - {{ printed }} * {{ rule }}.precise_within, 9) <= 0
{%- endmacro %}
