{#-
    The experts' effects in the additive model of subjects and experts, by least squares, as CTEs the last of which is
    `severities`; `scores` has a row a score of a panel of `score_count`, with the `panel_mean`.

    With the means of panels taken out, the normal equations stand between experts alone: of each pair how often they
    met, a meeting counting as one over the size of the panel. They are solved by conjugate gradients (Hestenes and
    Stiefel 1952), which are exact after as many rounds as there are kinds of experts and near it long before; going to
    and fro between the means of panels and of experts would need thousands where one expert ties two panels together.
    Severities of experts who met add up to nothing, counted by scores. Each round names the one before it once.
-#}
{% macro least_squares_severities(scores) -%}
{%- set rounds = severity_rounds() -%}
{#- What is left of the misfit is small, and sums have eighteen decimals; steps are ratios of two such sums. -#}
{%- set enlarged = '1000000 * ' -%}
{%- set kept = ['score_count', 'severity', 'residual', 'direction', 'misfit'] -%}
gaps as (
    select
        edition,
        expert_id,
        count(*) as score_count,
        {{ exact_sum('panel_mean - score') }} as gap
    from {{ scores }}
    group by edition, expert_id
),

meetings as (
    select
        ours.edition,
        ours.expert_id,
        theirs.expert_id as other_id,
        {{ exact_sum('cast(1 as double) / ours.score_count') }} as met_count
    from {{ scores }} as ours
    inner join {{ scores }} as theirs
        on
            ours.edition = theirs.edition
            and ours.series_code = theirs.series_code
            and ours.title_code = theirs.title_code
            and ours.subject_id = theirs.subject_id
            and ours.criterion_code = theirs.criterion_code
    group by ours.edition, ours.expert_id, theirs.expert_id
),

equations as (
    select
        meetings.edition,
        meetings.expert_id,
        meetings.other_id,
        case when meetings.expert_id = meetings.other_id then gaps.score_count else 0 end
        - meetings.met_count as coefficient
    from meetings
    inner join gaps on meetings.edition = gaps.edition and meetings.expert_id = gaps.expert_id
),

solved_0 as (
    select
        edition,
        expert_id,
        score_count,
        cast(0 as double) as severity,
        gap as residual,
        gap / score_count as direction,
        {{ exact_sum_over(enlarged ~ 'gap * gap / score_count', ['edition']) }} as misfit
    from gaps
),

{% for round in range(1, rounds + 1) -%}
imaged_{{ round }} as (
    select
        equations.edition,
        equations.expert_id,
        {% for column in kept -%}
        max(case when equations.expert_id = equations.other_id then solved.{{ column }} end) as {{ column }},
        {% endfor -%}
        {{ exact_sum('equations.coefficient * solved.direction') }} as image
    from equations
    inner join solved_{{ round - 1 }} as solved
        on equations.edition = solved.edition and equations.other_id = solved.expert_id
    group by equations.edition, equations.expert_id
),

measured_{{ round }} as (
    select
        *,
        coalesce(
            misfit / nullif(greatest({{ exact_sum_over(enlarged ~ 'direction * image', ['edition']) }}, 0), 0), 0
        ) as step
    from imaged_{{ round }}
),

stepped_{{ round }} as (
    select
        edition,
        expert_id,
        score_count,
        severity + step * direction as severity,
        residual - step * image as residual,
        direction,
        misfit,
        {{ exact_sum_over(enlarged ~ 'power(residual - step * image, 2) / score_count', ['edition']) }} as misfit_left
    from measured_{{ round }}
),

solved_{{ round }} as (
    select
        edition,
        expert_id,
        score_count,
        severity,
        residual,
        residual / score_count + coalesce(misfit_left / nullif(misfit, 0), 0) * direction as direction,
        misfit_left as misfit
    from stepped_{{ round }}
),

{% endfor -%}
severities as (
    select
        edition,
        expert_id,
        round(severity, 6) as severity
    from solved_{{ rounds }}
)
{%- endmacro %}
