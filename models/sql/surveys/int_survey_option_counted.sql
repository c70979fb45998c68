with answers as (
    select
        *,
        concat(respondent_number, '|', coalesce(subject_code, '')) as respondent
    from {{ ref('int_survey_answer') }}
    where question_kind in ('scale', 'choice') and option_number is not null
),

kept as (
    select
        *,
        concat(respondent_number, '|', coalesce(subject_code, '')) as respondent
    from {{ ref('int_survey_respondent') }}
    where is_kept
),

options as (
    select * from {{ ref('survey_options') }}
),

counted_answers as (
    select answers.*
    from answers
    inner join kept
        on
            answers.edition = kept.edition
            and answers.questionnaire = kept.questionnaire
            and answers.respondent = kept.respondent
),

placed as (
    select
        edition,
        questionnaire,
        question_number,
        question_item,
        scale_code,
        'all' as breakdown,
        cast(null as string) as subject_id,
        respondent,
        option_number,
        is_synthetic
    from counted_answers
    union all
    select
        edition,
        questionnaire,
        question_number,
        question_item,
        scale_code,
        'subject' as breakdown,
        subject_id,
        respondent,
        option_number,
        is_synthetic
    from counted_answers
    where subject_id is not null
),

groups as (
    select
        edition,
        questionnaire,
        question_number,
        question_item,
        scale_code,
        breakdown,
        subject_id,
        count(distinct respondent) as respondent_count,
        bool_or(is_synthetic) as is_synthetic
    from placed
    group by edition, questionnaire, question_number, question_item, scale_code, breakdown, subject_id
),

choices as (
    select
        edition,
        questionnaire,
        question_number,
        question_item,
        breakdown,
        subject_id,
        option_number,
        count(distinct respondent) as chosen_count
    from placed
    group by edition, questionnaire, question_number, question_item, breakdown, subject_id, option_number
),

counted as (
    select
        groups.edition,
        groups.questionnaire,
        groups.question_number,
        groups.question_item,
        groups.breakdown,
        groups.subject_id,
        options.option_number,
        options.option_text,
        groups.respondent_count,
        coalesce(choices.chosen_count, 0) as chosen_count,
        groups.is_synthetic
    from groups
    inner join options on groups.scale_code = options.scale_code
    left join choices
        on
            groups.edition = choices.edition
            and groups.questionnaire = choices.questionnaire
            and groups.question_number = choices.question_number
            and groups.question_item = choices.question_item
            and groups.breakdown = choices.breakdown
            and groups.subject_id is not distinct from choices.subject_id
            and options.option_number = choices.option_number
)

select * from counted
