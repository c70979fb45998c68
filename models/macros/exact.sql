{#-
    Sums that do not depend on the order of their rows: floating-point numbers are added as decimals, so the same rows
    give the same digits whatever the number of threads. Digits: 20 before the point, 18 after it.

    There and back they go by way of text: each engine multiplies and divides by powers of ten in a way of its own, and
    all write and read a number alike.
-#}
{% macro exact(expression) -%}
    cast(cast({{ expression }} as string) as decimal(38, 18))
{%- endmacro %}

{% macro exact_sum(expression) -%}
    {{ from_decimal('sum(' ~ exact(expression) ~ ')') }}
{%- endmacro %}

{% macro from_decimal(number) -%}
    cast(cast({{ number }} as string) as double)
{%- endmacro %}

{#- The mean of the rows that have a value, added so. -#}
{% macro exact_mean(expression) -%}
    {{ exact_sum(expression) }} / nullif(count({{ expression }}), 0)
{%- endmacro %}

{#- Rounded twice: a double a hair below a half is the half that was meant, which both engines then round upwards. -#}
{% macro rounded(expression, digits) -%}
    round(round({{ expression }}, 12), {{ digits }})
{%- endmacro %}

{% macro exact_sum_over(expression, columns) -%}
    {{ from_decimal('sum(' ~ exact(expression) ~ ') over (partition by ' ~ columns | join(', ') ~ ')') }}
{%- endmacro %}

{#- Whether a sum of shares or points reaches a limit: the last digits of a sum of thirds decide nothing. -#}
{% macro reaches(sum, limit) -%}
    round({{ sum }} - {{ limit }}, 9) >= 0
{%- endmacro %}

{#- What a child adds to the variance of the node above, where that moves by its share times a slope. -#}
{% macro variance_by_slope(slope, least_score) -%}
    case when score >= {{ least_score }} then variance * power(weight_share * {{ slope }}, 2) end
{%- endmacro %}
