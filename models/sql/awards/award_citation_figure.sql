{%- set title = ['edition', 'series_code', 'title_code'] -%}
with sentences as (
    select * from {{ ref('int_citation_sentence') }}
),

winners as (
    select * from {{ ref('award_winner') }}
),

-- A sentence tells a value, where it places its subject, and among how many.
parts as (
    {% for part, shown in {'value': 'shown_value', 'place': 'shown_place', 'peer_count': 'shown_count'}.items() -%}
    select
        *,
        '{{ part }}' as part_code,
        cast({{ part }} as double) as told,
        {{ shown }} as shown
    from sentences
    where {{ part }} is not null
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

keyed as (
    select
        parts.*,
        concat(
            'edition=', cast(edition as string), '|series_code=', series_code, '|title_code=', title_code
        ) as title_key,
        case
            when figure_kind <> 'winner' then 'indices.idx_score'
            when part_code = 'peer_count' and figure_code <> 'closing' then 'awards.award_class'
            else 'awards.award_winner'
        end as table_name
    from parts
),

traced as (
    select
        keyed.edition,
        keyed.series_code,
        keyed.title_code,
        keyed.subject_id,
        keyed.sentence_order,
        keyed.part_code,
        keyed.figure_code,
        keyed.told as value,
        keyed.shown,
        keyed.sentence_zh,
        keyed.sentence_en,
        keyed.table_name,
        case keyed.table_name
            when 'indices.idx_score'
                then
                    concat(
                        'edition=', cast(keyed.edition as string),
                        '|index_code=', coalesce(keyed.index_code, ''),
                        '|subject_id=', keyed.subject_id,
                        '|node_code=', keyed.value_code
                    )
            when 'awards.award_class' then concat(keyed.title_key, '|rank_class=', keyed.rank_class)
            else concat(keyed.title_key, '|subject_id=', keyed.subject_id)
        end as table_key,
        case
            when keyed.table_name = 'indices.idx_score' then 'score'
            when keyed.table_name = 'awards.award_class' then 'eligible_count'
            when keyed.part_code = 'value' then keyed.value_code
            when keyed.part_code = 'place' then 'award_rank'
            else 'reviewer_count'
        end as column_name,
        case
            when keyed.table_name <> 'indices.idx_score' then 'cell'
            when keyed.part_code = 'place' then 'place_in_class'
            when keyed.part_code = 'peer_count' then 'count_in_class'
            when keyed.figure_kind = 'node_gain' then 'gain'
            else 'cell'
        end as derivation_code,
        not winners.is_citation_edited as is_used,
        keyed.is_synthetic
    from keyed
    inner join winners on {{ same_columns('keyed', 'winners', title + ['subject_id']) }}
)

select * from traced
