{#-
    Units and cells of the trends. A unit is what a measure counts: a site, a platform, a document, an account. One
    model per trend lists the units of its measures; cells of the trend tables, figures and the units of figures are
    group-bys over these rows.
-#}

{#- What units can be broken down by, beside their period and their own code: a column each in every list of units. -#}
{% macro unit_attributes() %}
    {{ return([
        'level', 'province_code', 'site_role', 'tier', 'failure_reason', 'theme_code', 'channel', 'issuer_level',
        'issuer', 'unit_class',
    ]) }}
{% endmacro %}

{#-
    The units of one measure: the rows of a relation that has the columns they are broken down `by`, and what each adds
    above and below the line (nothing below where the measure is a count). Means, medians and the least are taken of
    the `amount`. Where the most of all is looked for, it is the amount of the `contender`, whose units stand together.
    A unit that was drawn by lot stands for `weight` others of its `stratum`, itself included.
-#}
{% macro trend_unit(
    relation, trend_table, measure, unit='subject_id', by=[], above=1, below='null', period='null', amount='null',
    contender='null', stratum='null', weight='null', where='true'
) -%}
    select
        edition,
        '{{ trend_table }}' as trend_table,
        '{{ measure }}' as measure,
        cast({{ unit }} as string) as unit_code,
        cast({{ period }} as string) as period,
        {% for attribute in unit_attributes() -%}
        cast({{ attribute if attribute in by else 'null' }} as string) as {{ attribute }},
        {% endfor -%}
        cast({{ contender }} as string) as contender,
        cast({{ above }} as bigint) as above,
        cast({{ below }} as bigint) as below,
        cast({{ amount }} as double) as amount,
        cast({{ stratum }} as string) as stratum,
        cast({{ weight }} as double) as weight,
        is_synthetic
    from {{ relation }}
    where {{ where }}
{%- endmacro %}

{#- 1 where the condition holds, else 0: a unit that does not count stays, so that a cell can be zero. -#}
{% macro one_if(condition) -%}
    case when {{ condition }} then 1 else 0 end
{%- endmacro %}

{#- The units of all trends. -#}
{% macro all_trend_units() -%}
    {% for trend in range(1, 6) -%}
    select * from {{ ref('int_trend_' ~ trend ~ '_unit') }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
{%- endmacro %}

{#- Whether a subject is a site of the government: what the bulletin says of sites is not of the party's. -#}
{% macro is_government_site(alias) -%}
    {{ alias }}.subject_kind = 'website' and {{ alias }}.system is distinct from 'party'
{%- endmacro %}

{#- Of those, the portals that run. -#}
{% macro is_government_portal(alias) -%}
    {{ is_government_site(alias) }} and {{ alias }}.site_role = 'portal' and {{ alias }}.is_running
{%- endmacro %}

{#-
    A CTE ``coverage``: of each site of ``population``, whether the crawl saw it, in editions that were crawled.
    ``seen`` has the sites that were seen; where others were crawled too, ``crawl`` has all of them.
-#}
{% macro crawl_coverage(population, seen, columns, crawl=none) -%}
crawled_editions as (
    select
        edition,
        bool_or(is_synthetic) as is_synthetic
    from {{ crawl or seen }}
    group by edition
),

coverage as (
    select
        {{ population }}.edition,
        {{ population }}.subject_id,
        {% for column in columns -%}
        {{ population }}.{{ column }},
        {% endfor -%}
        {{ seen }}.subject_id is not null as is_seen,
        crawled_editions.is_synthetic
    from {{ population }}
    inner join crawled_editions on {{ population }}.edition = crawled_editions.edition
    left join {{ seen }}
        on {{ population }}.edition = {{ seen }}.edition and {{ population }}.subject_id = {{ seen }}.subject_id
)
{%- endmacro %}

{#-
    Common table expressions that end in `counted`: every unit in every cell it counts in, with the group of the cell
    and how the cell is computed. Given a relation of `wanted` cells, units are placed in their breakdowns alone.
    - A measure with breakdowns of its own has these; the others have those of their table.
    - A unit that is counted for a period, or under a theme, is listed apart for it, and enters only breakdowns by it:
      a document of two themes is one document of its year.
    - A unit without what a breakdown is by is in none of its cells.
    - The most of all is that of one contender; only its units count.
-#}
{% macro units_in_cells(wanted=none) %}
units as (
    {{ all_trend_units() }}
),

measures as (
    select * from {{ ref('trend_measures') }}
),

listed_breakdowns as (
    select * from {{ ref('trend_breakdowns') }}
),

own_breakdowns as (
    select distinct
        trend_table,
        measure
    from listed_breakdowns
    where measure <> '*'
),

breakdowns as (
    select
        measures.trend_table,
        measures.measure,
        measures.statistic,
        measures.sample_rule,
        listed_breakdowns.breakdown,
        split_part(listed_breakdowns.parts, '|', 1) as first_part,
        split_part(listed_breakdowns.parts, '|', 2) as second_part,
        split_part(listed_breakdowns.parts, '|', 3) as third_part,
        contains(listed_breakdowns.parts, 'period') as is_by_period,
        contains(listed_breakdowns.parts, 'theme_code') as is_by_theme
    from measures
    left join own_breakdowns
        on measures.trend_table = own_breakdowns.trend_table and measures.measure = own_breakdowns.measure
    inner join listed_breakdowns
        on
            measures.trend_table = listed_breakdowns.trend_table
            and coalesce(own_breakdowns.measure, '*') = listed_breakdowns.measure
    {%- if wanted %}
    inner join (
        select distinct
            trend_table,
            measure,
            breakdown
        from {{ wanted }}
    ) as wanted_breakdowns
        on
            measures.trend_table = wanted_breakdowns.trend_table
            and measures.measure = wanted_breakdowns.measure
            and listed_breakdowns.breakdown = wanted_breakdowns.breakdown
    {%- endif %}
),

parted as (
    select
        units.edition,
        units.trend_table,
        units.measure,
        units.unit_code,
        units.period,
        units.tier,
        units.contender,
        units.above,
        units.below,
        units.amount,
        units.stratum,
        units.weight,
        units.is_synthetic,
        breakdowns.statistic,
        breakdowns.sample_rule,
        breakdowns.breakdown,
        {% for place in ['first', 'second', 'third'] -%}
        case breakdowns.{{ place }}_part
            when 'all' then 'all'
            {% for part in ['unit_code', 'period'] + unit_attributes() -%}
            when '{{ part }}' then units.{{ part }}
            {% endfor -%}
        end as {{ place }}_value,
        {% endfor -%}
        breakdowns.second_part,
        breakdowns.third_part
    from units
    inner join breakdowns
        on
            units.trend_table = breakdowns.trend_table
            and units.measure = breakdowns.measure
            and breakdowns.is_by_period = (units.period is not null)
            and breakdowns.is_by_theme = (units.theme_code is not null)
),

placed as (
    select
        *,
        concat_ws(':', first_value, second_value, third_value) as group_code
    from parted
    where
        first_value is not null
        and (second_part = '' or second_value is not null)
        and (third_part = '' or third_value is not null)
),

contested as (
    select
        *,
        dense_rank() over (
            partition by edition, trend_table, measure, breakdown, group_code
            order by amount desc nulls last, contender asc
        ) as place
    from placed
    where statistic = 'most'
),

{% set kept = [
    'edition', 'trend_table', 'measure', 'breakdown', 'group_code', 'period', 'unit_code', 'statistic', 'sample_rule',
    'tier', 'above', 'below', 'amount', 'stratum', 'weight', 'is_synthetic',
] -%}
counted as (
    select {{ kept | join(', ') }}
    from placed
    where statistic <> 'most'
    union all
    select {{ kept | join(', ') }}
    from contested
    where place = 1
)
{%- endmacro %}

{#-
    A bound of the score interval of Wilson (1927) for a share of a sample, to nine decimals: z is the quantile of the
    normal distribution that the confidence asks for. Nothing for an empty sample.
-#}
{% macro wilson_bound(successes, trials, z, sign) -%}
    case when {{ trials }} > 0 then least(cast(1 as double), greatest(cast(0 as double), round(cast((
        {{ successes }} + {{ z }} * {{ z }} / 2 {{ sign }} {{ z }} * sqrt(
            cast({{ successes }} as double) * ({{ trials }} - {{ successes }}) / {{ trials }} + {{ z }} * {{ z }} / 4
        )
    ) / ({{ trials }} + {{ z }} * {{ z }}) as double), 9))) end
{%- endmacro %}
