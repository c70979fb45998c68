{#-
    Common table expressions that say, of every year of an owner, which version of a formula scored which of its
    months: `V12.0: 01 02 03 04 05 06; V13.0: 07 08`. Months without a score are in none.
-#}
{% macro versions_of_years(months, owner) -%}
scored_months as (
    select distinct
        edition,
        {{ owner }},
        formula_code,
        make_date(year(period_start), 1, 1) as year_start,
        versions as version,
        lpad(cast(month(period_start) as string), 2, '0') as month_text
    from {{ months }}
    where period_kind = 'month' and score is not null
),

months_of_versions as (
    select
        edition,
        {{ owner }},
        formula_code,
        year_start,
        version,
        {{ joined_text('month_text', ' ') }} as month_texts
    from scored_months
    group by edition, {{ owner }}, formula_code, year_start, version
),

versions_of_years as (
    select
        edition,
        {{ owner }},
        formula_code,
        year_start,
        {{ joined_text('version', ', ') }} as versions,
        {{ joined_text("concat(version, ': ', month_texts)", '; ') }} as version_months
    from months_of_versions
    group by edition, {{ owner }}, formula_code, year_start
)
{%- endmacro %}
