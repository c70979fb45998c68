with reviews as (
    select * from {{ ref('int_expert_review_effective') }}
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

-- One voice an expert: whoever recused from any part of a subject has none, and one no is a no.
voices as (
    select
        reviews.edition,
        title_names.series_code,
        title_names.title_code,
        reviews.subject_id,
        reviews.expert_id,
        bool_or(reviews.is_recused) as is_recused,
        count(reviews.score) > 0 as has_score,
        count(reviews.is_recommended) > 0 as has_voice,
        count(case when not reviews.is_recommended then 1 end) = 0 as is_approving
    from reviews
    inner join title_names on reviews.edition = title_names.edition and reviews.title_id = title_names.title_id
    group by
        reviews.edition, title_names.series_code, title_names.title_code, reviews.subject_id, reviews.expert_id
),

counted as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        count(case when has_score and not is_recused then 1 end) as reviewer_count,
        count(case when is_recused then 1 end) as recused_count,
        count(case when has_voice and not is_recused then 1 end) as voice_count,
        count(case when has_voice and not is_recused and is_approving then 1 end) as approving_count
    from voices
    group by edition, series_code, title_code, subject_id
)

select * from counted
