with sentences as (
    select * from {{ ref('int_citation_sentence') }}
    where figure_kind is not null
),

winners as (
    select * from {{ ref('award_winner') }}
),

traced as (
    select
        sentences.edition,
        sentences.series_code,
        sentences.title_code,
        sentences.subject_id,
        sentences.sentence_order,
        sentences.figure_code,
        sentences.value,
        sentences.shown,
        sentences.sentence_zh,
        sentences.sentence_en,
        case when sentences.figure_kind = 'winner' then 'awards.award_winner' else 'indices.idx_score' end
            as table_name,
        case
            when sentences.figure_kind = 'winner'
                then
                    concat(
                        'edition=', cast(sentences.edition as string),
                        '|series_code=', sentences.series_code,
                        '|title_code=', sentences.title_code,
                        '|subject_id=', sentences.subject_id
                    )
            else
                concat(
                    'edition=', cast(sentences.edition as string),
                    '|index_code=', coalesce(sentences.index_code, ''),
                    '|subject_id=', sentences.subject_id,
                    '|node_code=', sentences.value_code
                )
        end as table_key,
        case sentences.figure_kind
            when 'winner' then sentences.value_code
            when 'node_score' then 'score'
            when 'node_raw' then 'raw_value'
        end as column_name,
        not winners.is_citation_edited as is_used,
        sentences.is_synthetic
    from sentences
    inner join winners
        on {{ same_columns('sentences', 'winners', ['edition', 'series_code', 'title_code', 'subject_id']) }}
)

select * from traced
