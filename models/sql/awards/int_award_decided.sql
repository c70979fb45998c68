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
            when not {{ reaches('award_score', 'threshold_score') }} then 'below_threshold'
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
),

history as (
    select * from {{ ref('award_history') }}
    where award_year < edition
),

earlier as (
    select distinct
        edition,
        series_code,
        title_code,
        present_subject_id as subject_id,
        award_year
    from history
    where is_counted
),

-- Of whatever title: also of one that the edition has no more.
earlier_years as (
    select distinct
        edition,
        present_subject_id as subject_id,
        award_year
    from history
),

titles as (
    select * from {{ ref('award_title') }}
),

-- Years in a row are years in which the evaluation was held: a year without one breaks nothing.
held as (
    select
        held_code,
        held_year,
        cast(row_number() over (partition by held_code order by held_year) as bigint) as year_number
    from {{ ref('award_years') }}
),

wins as (
    select
        winners.edition,
        winners.series_code,
        winners.title_code,
        winners.subject_id,
        earlier.award_year,
        this_year.year_number - past_year.year_number as years_back
    from placed as winners
    inner join titles
        on
            winners.edition = titles.edition
            and winners.series_code = titles.series_code
            and winners.title_code = titles.title_code
    left join held as this_year on titles.held_code = this_year.held_code and winners.edition = this_year.held_year
    left join earlier
        on
            winners.edition = earlier.edition
            and winners.series_code = earlier.series_code
            and winners.title_code = earlier.title_code
            and winners.subject_id = earlier.subject_id
    left join held as past_year
        on titles.held_code = past_year.held_code and earlier.award_year = past_year.held_year
    where winners.is_winner
),

years_won as (
    select
        winners.edition,
        winners.subject_id,
        earlier_years.award_year,
        this_year.year_number - past_year.year_number as years_back
    from (select distinct edition, subject_id from placed where is_winner) as winners
    inner join earlier_years
        on winners.edition = earlier_years.edition and winners.subject_id = earlier_years.subject_id
    left join held as this_year on this_year.held_code = 'all' and winners.edition = this_year.held_year
    left join held as past_year on past_year.held_code = 'all' and earlier_years.award_year = past_year.held_year
),

ordered_years as (
    select
        *,
        row_number() over (partition by edition, subject_id order by years_back asc nulls last) as place
    from years_won
),

counted_years as (
    select
        edition,
        subject_id,
        1 + count(case when years_back = place then 1 end) as consecutive_years,
        1 + count(*) as total_years
    from ordered_years
    group by edition, subject_id
),

ordered_wins as (
    select
        *,
        row_number() over (
            partition by edition, series_code, title_code, subject_id order by years_back asc nulls last
        ) as place
    from wins
),

counted_wins as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        1 + count(case when years_back = place then 1 end) as consecutive_wins,
        1 + count(award_year) as total_wins
    from ordered_wins
    group by edition, series_code, title_code, subject_id
),

won as (
    select
        placed.*,
        counted_wins.consecutive_wins,
        counted_wins.total_wins,
        case when placed.is_winner then coalesce(counted_years.consecutive_years, 1) end as any_consecutive_wins,
        case when placed.is_winner then coalesce(counted_years.total_years, 1) end as any_total_wins
    from placed
    left join counted_years
        on placed.edition = counted_years.edition and placed.subject_id = counted_years.subject_id
    left join counted_wins on {{ same_columns('placed', 'counted_wins', title + ['subject_id']) }}
)

select * from won
