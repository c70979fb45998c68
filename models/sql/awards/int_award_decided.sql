{%- set title = ['edition', 'series_code', 'title_code'] %}
{%- set place = (title + ['rank_class']) | join(', ') %}

with checked as (
    select * from {{ ref('int_award_checked') }}
),

exclusions as (
    select * from {{ ref('award_exclusions') }}
),

-- Who won before is known when a title excludes its winners: titles are decided turn by turn.
{% for stage in range(1, var('award_stages') + 1) %}
stage_{{ stage }}_excluded as (
    {% if loop.first -%}
    select
        edition,
        series_code,
        title_code,
        subject_id,
        cast(null as string) as excluded_by
    from checked
    where stage < 1
    {%- else -%}
    select
        candidates.edition,
        candidates.series_code,
        candidates.title_code,
        candidates.subject_id,
        min(concat(winners.series_code, '/', winners.title_code)) as excluded_by
    from checked as candidates
    inner join exclusions on {{ same_columns('candidates', 'exclusions', title) }}
    inner join (
        {% for earlier in range(1, stage) -%}
        select
            edition,
            series_code,
            title_code,
            subject_id
        from stage_{{ earlier }}
        where outcome_code = 'won'
        {% if not loop.last -%}
        union all
        {% endif -%}
        {% endfor -%}
    ) as winners
        on
            candidates.edition = winners.edition
            and candidates.subject_id = winners.subject_id
            and exclusions.excluding_series_code = winners.series_code
            and {{ is_admitted('winners.title_code', 'exclusions.excluding_title_code') }}
    where candidates.stage = {{ stage }}
    group by candidates.edition, candidates.series_code, candidates.title_code, candidates.subject_id
    {%- endif %}
),

stage_{{ stage }}_eligible as (
    select
        checked.*,
        barred.excluded_by,
        coalesce(checked.stop_code, case when barred.excluded_by is not null then 'excluded' end) as stopped_by
    from checked
    left join stage_{{ stage }}_excluded as barred
        on {{ same_columns('checked', 'barred', title + ['subject_id']) }}
    where checked.stage = {{ stage }}
),

stage_{{ stage }}_ranked as (
    select
        *,
        case
            when stopped_by is null
                then
                    cast(
                        rank() over (
                            partition by {{ place }}, stopped_by
                            order by score_step desc nulls last, tie_step desc nulls last
                        ) as bigint
                    )
        end as award_rank,
        case
            when stopped_by is null
                then
                    cast(count(*) over (partition by {{ place }}, stopped_by, score_step, tie_step) as bigint)
        end as tied_count
    from stage_{{ stage }}_eligible
),

stage_{{ stage }} as (
    select
        *,
        case
            when stopped_by is not null then stopped_by
            when award_score < threshold_score then 'below_threshold'
            when award_rank > quota then 'below_quota'
            when tie_rule = 'none' and award_rank + tied_count - 1 > quota then 'tied_at_line'
            else 'won'
        end as outcome_code
    from stage_{{ stage }}_ranked
),
{% endfor %}

decided as (
    {% for stage in range(1, var('award_stages') + 1) -%}
    select * from stage_{{ stage }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

placed as (
    select
        *,
        stopped_by is null as is_eligible,
        outcome_code = 'won' as is_winner,
        case
            when score_step is not null
                then
                    cast(rank() over (partition by {{ place }} order by score_step desc nulls last) as bigint)
        end as score_rank
    from decided
)

select * from placed
