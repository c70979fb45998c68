with responses as (
    select * from {{ believed('survey_response') }}
),

answers as (
    select
        *,
        coalesce(cast(option_number as string), answer_text) as given_answer
    from {{ ref('int_survey_answer') }}
),

parameters as (
    {{ parameters(['survey.seconds_min', 'survey.seconds_median_share', 'survey.straight_items_min']) }}
),

medians as (
    select
        edition,
        questionnaire,
        median(seconds_spent) as median_seconds
    from responses
    group by edition, questionnaire
),

scales as (
    select
        edition,
        questionnaire,
        respondent_number,
        coalesce(subject_code, '') as subject_place,
        count(case when question_kind = 'scale' then 1 end) as scale_answer_count,
        count(distinct case when question_kind = 'scale' then option_number end) as distinct_answer_count,
        count(case when question_kind = 'trap' and given_answer <> expected_answer then 1 end) as failed_trap_count
    from answers
    group by edition, questionnaire, respondent_number, coalesce(subject_code, '')
),

ordered as (
    select
        edition,
        questionnaire,
        respondent_number,
        subject_code,
        subject_id,
        seconds_spent,
        address_pseudonym,
        is_synthetic,
        coalesce(subject_code, '') as subject_place,
        row_number() over (
            partition by edition, questionnaire, coalesce(subject_code, ''), address_pseudonym
            order by submitted_at nulls last, lpad(respondent_number, 12, '0')
        ) as address_order
    from responses
),

flagged as (
    select
        ordered.edition,
        ordered.questionnaire,
        ordered.respondent_number,
        ordered.subject_code,
        ordered.subject_id,
        ordered.is_synthetic,
        coalesce(
            ordered.seconds_spent < parameters.survey_seconds_min
            or ordered.seconds_spent < parameters.survey_seconds_median_share * medians.median_seconds,
            false
        ) as is_too_fast,
        coalesce(
            scales.scale_answer_count >= parameters.survey_straight_items_min and scales.distinct_answer_count = 1,
            false
        ) as is_straight_lined,
        ordered.address_pseudonym is not null and ordered.address_order > 1 as is_duplicate_address,
        coalesce(scales.failed_trap_count > 0, false) as has_failed_trap
    from ordered
    left join scales
        on
            ordered.edition = scales.edition
            and ordered.questionnaire = scales.questionnaire
            and ordered.respondent_number = scales.respondent_number
            and ordered.subject_place = scales.subject_place
    inner join medians on ordered.edition = medians.edition and ordered.questionnaire = medians.questionnaire
    inner join parameters on ordered.edition = parameters.edition
),

judged as (
    select
        *,
        not is_too_fast
        and not is_straight_lined
        and not is_duplicate_address
        and not has_failed_trap as is_kept
    from flagged
)

select * from judged
