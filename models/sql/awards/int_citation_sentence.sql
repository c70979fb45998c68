with winners as (
    select * from {{ ref('int_award_decided') }}
    where is_winner
),

titles as (
    select * from {{ ref('award_title') }}
),

quotas as (
    select * from {{ ref('award_quotas') }}
),

sentences as (
    select * from {{ ref('award_citation_sentences') }}
),

nodes as (
    select * from {{ ref('idx_score') }}
),

meant as (
    select
        winners.edition,
        winners.series_code,
        winners.title_code,
        winners.subject_id,
        winners.subject_name_zh,
        winners.organiser_name,
        titles.title_name_zh,
        titles.title_name_en,
        quotas.class_name_zh,
        quotas.class_name_en,
        winners.is_synthetic,
        sentences.sentence_order,
        sentences.figure_code,
        sentences.figure_kind,
        sentences.index_code,
        sentences.value_code,
        sentences.number_format,
        sentences.shown_from,
        sentences.sentence_zh,
        sentences.sentence_en,
        case sentences.figure_kind
            when 'winner'
                then
                    case sentences.value_code
                        when 'award_score' then winners.award_score
                        when 'award_rank' then cast(winners.award_rank as double)
                        when 'approving_count' then cast(winners.approving_count as double)
                        when 'consecutive_wins' then cast(winners.consecutive_wins as double)
                        when 'total_wins' then cast(winners.total_wins as double)
                    end
            when 'node_score' then nodes.score
            when 'node_raw' then nodes.raw_value
        end as value
    from winners
    inner join titles
        on {{ same_columns('winners', 'titles', ['edition', 'series_code', 'title_code']) }}
    inner join quotas
        on {{ same_columns('winners', 'quotas', ['edition', 'series_code', 'title_code', 'rank_class']) }}
    inner join sentences
        on
            winners.edition = sentences.edition
            and sentences.series_code in (winners.series_code, '*')
            and sentences.title_code in (winners.title_code, '*')
    left join nodes
        on
            winners.edition = nodes.edition
            and sentences.index_code = nodes.index_code
            and winners.subject_id = nodes.subject_id
            and sentences.value_code = nodes.node_code
),

-- Nothing is claimed of what was not measured: a sentence goes with its figure.
kept as (
    select
        *,
        case number_format
            when 'integer' then {{ shown_count('value') }}
            when 'one_decimal' then {{ shown_number('value') }}
            when 'percent' then concat({{ shown_number('100 * value') }}, '%')
        end as shown
    from meant
    where
        figure_kind is null
        or (value is not null and (shown_from is null or value >= shown_from))
),

written as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        sentence_order,
        figure_code,
        figure_kind,
        index_code,
        value_code,
        value,
        shown,
        {{ filled_in('sentence_zh', {
            'name': 'subject_name_zh',
            'organiser': 'organiser_name',
            'title': 'title_name_zh',
            'class': 'class_name_zh',
            'value': 'shown',
        }) }} as sentence_zh,
        {{ filled_in('sentence_en', {
            'name': 'subject_name_zh',
            'organiser': 'organiser_name',
            'title': 'title_name_en',
            'class': 'class_name_en',
            'value': 'shown',
        }) }} as sentence_en,
        is_synthetic
    from kept
)

select * from written
