{#-
    Rows that count for an edition: what lies after its last day of collecting says nothing of it, whenever it is
    delivered.
-#}

{#- Inspections of the edition's own year with an outcome. -#}
{% macro counted_inspections() -%}
    select inspections.*
    from {{ ref('fct_site_inspection') }} as inspections
    inner join {{ ref('editions') }} as editions on inspections.edition = editions.edition
    where
        inspections.is_passed is not null
        and year(inspections.inspected_date) = inspections.edition
        and inspections.inspected_date <= editions.collected_until
{%- endmacro %}

{#- Outside values, of each indicator of a subject those of the last year that has any. -#}
{% macro counted_external_values() -%}
    select external_values.*
    from (
        select
            delivered.*,
            max(year(delivered.period_start)) over (
                partition by delivered.edition, delivered.subject_id, delivered.indicator_code
            ) as last_year
        from {{ believed('external_indicator') }} as delivered
        inner join {{ ref('editions') }} as editions on delivered.edition = editions.edition
        where delivered.period_start <= editions.collected_until
    ) as external_values
    where year(external_values.period_start) = external_values.last_year
{%- endmacro %}

{#-
    Whether a site was open on a day: one without an opening date was always there, and one that closed nobody knows
    when is in no stock.
-#}
{% macro is_in_stock(sites, day) -%}
    coalesce({{ sites }}.opened_date <= {{ day }}, true)
    and case
        when {{ sites }}.closed_date is not null then {{ sites }}.closed_date > {{ day }} else {{ sites }}.is_running
    end
{%- endmacro %}
