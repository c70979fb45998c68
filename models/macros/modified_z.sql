{#-
    The modified z-score of Iglewicz and Hoaglin: distance from the median in units of the median distance, times 0.6745,
    the third quartile of the normal distribution, so that it is read as a z. A few wild values do not hide themselves in
    it, as they do in a standard deviation. Empty where half of the values are the same.
-#}
{% macro modified_z(value, middle, distance) -%}
    case when {{ distance }} > 0 then 0.6745 * ({{ value }} - {{ middle }}) / {{ distance }} end
{%- endmacro %}
