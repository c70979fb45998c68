with reviews as (
    select
        *,
        {{ row_place() }} as place
    from {{ believed('expert_review') }}
),

effects as (
    select
        *,
        {{ number_in('expected_value') }} as expected_score,
        {{ number_in('new_value') }} as new_score
    from {{ believed('appeal') }}
    where is_in_force and effect_code in ('replace_review', 'recuse_expert')
),

meant as (
    select
        reviews.place,
        effects.edition,
        effects.case_code,
        effects.effect_order,
        effects.effect_code,
        effects.new_score,
        row_number() over (
            partition by reviews.edition, reviews.place
            order by effects.decided_date desc nulls last, effects.case_code desc, effects.effect_order desc
        ) as effect_place
    from reviews
    inner join effects
        on
            reviews.edition = effects.edition
            and reviews.subject_id = effects.subject_id
            and reviews.series = effects.series
            and (effects.title_code = 'all' or reviews.title_key = effects.title_key)
            and reviews.expert_id = effects.party_id
            and (effects.criterion_code is null or reviews.criterion_code = effects.criterion_code)
    where
        (effects.effect_code = 'recuse_expert' and not reviews.is_recused)
        or (
            effects.effect_code = 'replace_review'
            and reviews.score = effects.expected_score
            and effects.new_score between 0 and 100
        )
),

effective as (
    select
        reviews.edition,
        reviews.subject_id,
        reviews.title_id,
        reviews.expert_id,
        reviews.series,
        reviews.title_key as title_code,
        reviews.criterion_code,
        case
            when reviews.is_recused or meant.effect_code = 'recuse_expert' then cast(null as double)
            when meant.effect_code = 'replace_review' then meant.new_score
            else reviews.score
        end as score,
        reviews.is_recused or coalesce(meant.effect_code = 'recuse_expert', false) as is_recused,
        case
            when reviews.is_recused or coalesce(meant.effect_code = 'recuse_expert', false) then cast(null as boolean)
            else reviews.is_recommended
        end as is_recommended,
        meant.case_code as appeal_case,
        meant.effect_order as appeal_effect,
        reviews.is_synthetic,
        reviews.file_id,
        reviews.sheet,
        reviews.row_number
    from reviews
    left join meant
        on reviews.edition = meant.edition and reviews.place = meant.place and meant.effect_place = 1
)

select * from effective
