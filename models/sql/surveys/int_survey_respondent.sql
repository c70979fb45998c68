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
    {{ parameters([
        'survey.seconds_min', 'survey.seconds_median_share', 'survey.straight_items_min',
        'survey.straight_median_share',
    ]) }}
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

flagged as (
    select
        responses.edition,
        responses.questionnaire,
        responses.respondent_number,
        responses.subject_code,
        responses.subject_id,
        responses.submitted_at,
        responses.address_pseudonym,
        responses.is_synthetic,
        coalesce(
            responses.seconds_spent < parameters.survey_seconds_min
            or responses.seconds_spent < parameters.survey_seconds_median_share * medians.median_seconds,
            false
        ) as is_too_fast,
        -- Who means it gives the same answer throughout as well: with time taken over it, it is an answer.
        coalesce(
            scales.scale_answer_count >= parameters.survey_straight_items_min
            and scales.distinct_answer_count = 1
            and coalesce(
                responses.seconds_spent < parameters.survey_straight_median_share * medians.median_seconds, true
            ),
            false
        ) as is_straight_lined,
        coalesce(scales.failed_trap_count > 0, false) as has_failed_trap
    from responses
    left join scales
        on
            responses.edition = scales.edition
            and responses.questionnaire = scales.questionnaire
            and responses.respondent_number = scales.respondent_number
            and coalesce(responses.subject_code, '') = scales.subject_place
    inner join medians
        on responses.edition = medians.edition and responses.questionnaire = medians.questionnaire
    inner join parameters on responses.edition = parameters.edition
),

-- Of one address the first careful answer counts: one that is thrown out itself throws out no other.
ordered as (
    select
        *,
        is_too_fast or is_straight_lined or has_failed_trap as is_careless,
        row_number() over (
            partition by
                edition,
                questionnaire,
                coalesce(subject_code, ''),
                address_pseudonym,
                is_too_fast or is_straight_lined or has_failed_trap
            order by submitted_at nulls last, lpad(respondent_number, 12, '0')
        ) as address_order
    from flagged
),

judged as (
    select
        edition,
        questionnaire,
        respondent_number,
        subject_code,
        subject_id,
        is_too_fast,
        is_straight_lined,
        not is_careless and address_pseudonym is not null and address_order > 1 as is_duplicate_address,
        has_failed_trap,
        not is_careless and (address_pseudonym is null or address_order = 1) as is_kept,
        is_synthetic
    from ordered
)

select * from judged
