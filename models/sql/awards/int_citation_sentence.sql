{%- set title = ['edition', 'series_code', 'title_code'] -%}
{%- set of_title = title | join(', ') -%}
{%- set peers = 'edition, index_code, node_code, peer_class' -%}
with decided as (
    select
        *,
        count(case when is_eligible then 1 end) over (partition by {{ of_title }}, rank_class) as eligible_count
    from {{ ref('int_award_decided') }}
),

titles as (
    select * from {{ ref('award_title') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

labels as (
    select * from {{ ref('dim_label') }}
),

parameters as (
    {{ parameters(['award.citation_points', 'award.citation_coverage_min']) }}
),

points as (
    select * from {{ ref('award_citation_points') }}
),

merits as (
    select
        *,
        count(*) over (partition by edition, point_code) as merit_count
    from {{ ref('award_citation_merits') }}
),

patterns as (
    select
        *,
        count(*) over (partition by edition, manner) as pattern_count
    from {{ ref('award_citation_sentences') }}
),

winners as (
    select
        decided.*,
        titles.title_name_zh,
        titles.title_name_en,
        row_number() over (
            partition by {{ columns_of('decided', title) }}
            order by decided.rank_class asc, decided.award_rank asc, decided.subject_id asc
        ) as winner_order
    from decided
    inner join titles on {{ same_columns('decided', 'titles', title) }}
    where decided.is_winner
),

ranks as (
    select * from {{ ref('idx_rank') }}
    where subject_rank is not null
),

wanted as (
    select distinct
        edition,
        index_code,
        value_code
    from points
    where figure_kind <> 'winner'
),

-- Only what a citation may tell, of everyone who is ranked beside the winners. What was put in for want of evidence is
-- nobody's strong point, and nobody is ahead of it.
measured as (
    select
        scores.edition,
        scores.index_code,
        scores.node_code,
        scores.subject_id,
        scores.score,
        ranks.rank_class as peer_class
    from {{ ref('idx_score') }} as scores
    inner join wanted
        on
            scores.index_code = wanted.index_code
            and scores.node_code = wanted.value_code
            and scores.edition in (wanted.edition, wanted.edition - 1)
    inner join ranks on {{ same_columns('scores', 'ranks', ['edition', 'index_code', 'subject_id']) }}
    inner join parameters on scores.edition = parameters.edition
    where
        scores.score is not null
        and (scores.parent_code is null or scores.coverage >= parameters.award_citation_coverage_min)
),

placed as (
    select
        *,
        rank() over (partition by {{ peers }} order by score desc) as place,
        count(*) over (partition by {{ peers }}) as peer_count,
        cast(count(*) over (partition by {{ peers }} order by score desc) as double)
        / count(*) over (partition by {{ peers }}) as share
    from measured
),

-- What the label of a class says beside the kind of its members: 省级网站, but 政务微信 alone.
named as (
    select
        placed.edition,
        placed.index_code,
        placed.node_code,
        placed.subject_id,
        placed.score,
        placed.place,
        placed.peer_count,
        placed.share,
        case
            when kinds.label_code = placed.peer_class then kinds.name_zh
            else concat(coalesce(levels.name_zh, ''), singles.name_zh)
        end as peers_zh,
        case
            when levels.name_en is null or kinds.label_code = placed.peer_class then concat(singles.name_en, 's')
            else concat(singles.name_en, 's (', levels.name_en, ')')
        end as peers_en
    from placed
    inner join subjects on {{ same_columns('placed', 'subjects', ['edition', 'subject_id']) }}
    inner join labels as kinds on kinds.label_kind = 'subject_kind' and subjects.subject_kind = kinds.label_code
    inner join labels as singles on singles.label_kind = 'subject' and subjects.subject_kind = singles.label_code
    left join labels as levels on levels.label_kind = 'group' and placed.peer_class = levels.label_code
),

facts as (
    select
        winners.edition,
        winners.series_code,
        winners.title_code,
        winners.subject_id,
        points.point_code,
        case points.figure_kind
            when 'node_score' then now_scored.score
            when 'node_gain' then now_scored.score - past_scored.score
            else
                case points.value_code
                    when 'award_score' then winners.award_score
                    when 'award_rank' then cast(winners.award_rank as double)
                    when 'consecutive_wins' then cast(winners.consecutive_wins as double)
                    when 'total_wins' then cast(winners.total_wins as double)
                    when 'expert_nomination_count' then cast(winners.expert_nomination_count as double)
                end
        end as value,
        case when points.figure_kind = 'winner' then winners.award_rank else now_scored.place end as place,
        case when points.figure_kind = 'winner' then winners.eligible_count else now_scored.peer_count end
            as peer_count,
        case
            when points.figure_kind <> 'winner' then now_scored.share
            when points.value_code in ('award_score', 'award_rank')
                then cast(winners.award_rank as double) / winners.eligible_count
            else points.share_most
        end as share,
        now_scored.peers_zh,
        now_scored.peers_en
    from winners
    inner join points
        on winners.edition = points.edition and {{ is_admitted('winners.series_code', 'points.series_codes') }}
    left join named as now_scored
        on
            winners.edition = now_scored.edition
            and points.index_code = now_scored.index_code
            and points.value_code = now_scored.node_code
            and winners.subject_id = now_scored.subject_id
    left join named as past_scored
        on
            winners.edition - 1 = past_scored.edition
            and points.index_code = past_scored.index_code
            and points.value_code = past_scored.node_code
            and winners.subject_id = past_scored.subject_id
),

-- A weak score is no reason, nor is one that most of the others have too; of one theme only the best is told.
notable as (
    select
        facts.*,
        points.theme_code,
        points.priority,
        row_number() over (
            partition by {{ columns_of('facts', title + ['subject_id']) }}, points.theme_code
            order by points.priority asc, facts.share asc, facts.point_code asc
        ) as place_in_theme
    from facts
    inner join points on {{ same_columns('facts', 'points', ['edition', 'point_code']) }}
    where facts.value >= points.shown_from and facts.share <= points.share_most
),

-- Of the winners of a title the best in something has the first turn to tell it: so they tell of different things.
turned as (
    select
        *,
        row_number() over (partition by {{ of_title }}, point_code order by share asc, subject_id asc) as turn
    from notable
    where place_in_theme = 1
),

chosen as (
    select
        turned.*,
        row_number() over (
            partition by {{ columns_of('turned', title + ['subject_id']) }}
            order by turned.priority asc, turned.turn asc, turned.share asc, turned.point_code asc
        ) as choice
    from turned
),

told as (
    select
        chosen.*,
        winners.winner_order,
        row_number() over (
            partition by {{ columns_of('chosen', title + ['subject_id']) }}
            order by chosen.priority asc, chosen.share asc, chosen.point_code asc
        ) as sentence_order
    from chosen
    inner join winners on {{ same_columns('chosen', 'winners', title + ['subject_id']) }}
    inner join parameters on chosen.edition = parameters.edition
    where chosen.choice <= parameters.award_citation_points
),

said as (
    select
        told.edition,
        told.series_code,
        told.title_code,
        told.subject_id,
        told.winner_order,
        told.sentence_order,
        told.point_code,
        told.value,
        told.place,
        told.peer_count,
        told.peers_zh,
        told.peers_en,
        case
            when points.manner <> 'place' then points.manner
            when told.place = 1 and told.share * told.peer_count > 1.5 then 'place_tied'
            when told.place = 1 then 'place_first'
            when told.place <= 3 then 'place_front'
            else 'place_high'
        end as manner,
        row_number() over (
            partition by {{ columns_of('told', title) }}, told.point_code order by told.winner_order asc
        ) as told_before
    from told
    inner join points on {{ same_columns('told', 'points', ['edition', 'point_code']) }}
    union all
    select
        winners.edition,
        winners.series_code,
        winners.title_code,
        winners.subject_id,
        winners.winner_order,
        parameters.award_citation_points + 1 as sentence_order,
        'closing' as point_code,
        cast(winners.approving_count as double) as value,
        winners.award_rank as place,
        winners.reviewer_count as peer_count,
        cast(null as string) as peers_zh,
        cast(null as string) as peers_en,
        case
            when coalesce(winners.approving_count, 0) = 0 then 'closing_plain'
            when winners.approving_count = winners.reviewer_count then 'closing_all'
            else 'closing_most'
        end as manner,
        1 as told_before
    from winners
    inner join parameters on winners.edition = parameters.edition
),

worded as (
    select
        said.*,
        dense_rank() over (
            partition by {{ columns_of('said', title) }}, said.manner order by said.winner_order asc
        ) - 1 + 2 * (
            min(said.told_before) over (
                partition by {{ columns_of('said', title + ['subject_id']) }}, said.manner
            ) - 1
        ) as turn,
        row_number() over (
            partition by {{ columns_of('said', title + ['subject_id']) }}, said.manner
            order by said.sentence_order asc
        ) - 1 as step
    from said
),

-- Patterns take turns from winner to winner, further on where a point was told before, and within a citation, where
-- every second round goes by twos: two winners that begin alike do not go on alike. The merits of a point take turns
-- too.
formed as (
    select
        worded.edition,
        worded.series_code,
        worded.title_code,
        worded.subject_id,
        winners.rank_class,
        cast(worded.sentence_order as integer) as sentence_order,
        worded.point_code as figure_code,
        coalesce(points.figure_kind, 'winner') as figure_kind,
        points.index_code,
        coalesce(points.value_code, 'approving_count') as value_code,
        worded.value,
        worded.place,
        worded.peer_count,
        patterns.sentence_zh as pattern_zh,
        patterns.sentence_en as pattern_en,
        case
            when points.number_format = 'score' then {{ shown_number('worded.value', 2) }}
            else {{ shown_count('worded.value') }}
        end as shown_value,
        {{ shown_thousands('worded.place') }} as shown_place,
        {{ shown_thousands('worded.peer_count') }} as shown_count,
        case when worded.sentence_order = 1 then winners.subject_name_zh else '' end as subject_zh,
        case when worded.sentence_order = 1 then winners.subject_name_zh else 'it' end as subject_en,
        case when worded.sentence_order = 1 then winners.subject_name_zh else 'It' end as subject_first_en,
        points.name_zh as point_zh,
        points.name_en as point_en,
        merits.merit_zh,
        merits.merit_en,
        worded.peers_zh,
        worded.peers_en,
        winners.title_name_zh,
        winners.title_name_en,
        winners.is_synthetic
    from worded
    inner join winners on {{ same_columns('worded', 'winners', title + ['subject_id']) }}
    inner join patterns
        on
            worded.edition = patterns.edition
            and worded.manner = patterns.manner
            and patterns.pattern_order = 1 + (
                worded.turn
                + worded.step * (1 + cast(floor(worded.turn / patterns.pattern_count) as bigint) % 2)
            ) % patterns.pattern_count
    left join points on {{ same_columns('worded', 'points', ['edition', 'point_code']) }}
    left join merits
        on
            worded.edition = merits.edition
            and worded.point_code = merits.point_code
            and merits.merit_order = (worded.told_before - 1) % merits.merit_count + 1
),

written as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        rank_class,
        sentence_order,
        figure_code,
        figure_kind,
        index_code,
        value_code,
        case when contains(pattern_zh, '{value}') then value end as value,
        case when contains(pattern_zh, '{place}') then place end as place,
        case when contains(pattern_zh, '{count}') then peer_count end as peer_count,
        shown_value,
        shown_place,
        shown_count,
        {% for language, first in {'zh': 'subject_zh', 'en': 'subject_first_en'}.items() -%}
        {{ filled_in('pattern_' ~ language, {
            'Subject': first,
            'subject': 'subject_' ~ language,
            'point': 'point_' ~ language,
            'merit': 'merit_' ~ language,
            'peers': 'peers_' ~ language,
            'value': 'shown_value',
            'place': 'shown_place',
            'count': 'shown_count',
            'title': 'title_name_' ~ language,
        }) }} as sentence_{{ language }},
        {% endfor -%}
        is_synthetic
    from formed
)

select * from written
