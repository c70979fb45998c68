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

asked_groups as (
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
        asked_groups.edition,
        asked_groups.questionnaire,
        asked_groups.question_number,
        asked_groups.question_item,
        asked_groups.breakdown,
        asked_groups.subject_id,
        options.option_number,
        options.option_text,
        asked_groups.respondent_count,
        coalesce(choices.chosen_count, 0) as chosen_count,
        asked_groups.is_synthetic
    from asked_groups
    inner join options on asked_groups.scale_code = options.scale_code
    left join choices
        on
            asked_groups.edition = choices.edition
            and asked_groups.questionnaire = choices.questionnaire
            and asked_groups.question_number = choices.question_number
            and asked_groups.question_item = choices.question_item
            and asked_groups.breakdown = choices.breakdown
            and asked_groups.subject_id is not distinct from choices.subject_id
            and options.option_number = choices.option_number
),

questions as (
    select * from {{ ref('survey_questions') }}
),

parameters as (
    {{ parameters(['survey.cell_min']) }}
),

judged as (
    select
        counted.*,
        counted.respondent_count < parameters.survey_cell_min as is_few,
        counted.chosen_count > 0 and counted.chosen_count < parameters.survey_cell_min as is_small,
        parameters.survey_cell_min
    from counted
    inner join parameters on counted.edition = parameters.edition
),

groups as (
    select
        edition,
        questionnaire,
        question_number,
        question_item,
        breakdown,
        subject_id,
        case
            when bool_or(is_few) then 'too_few_respondents'
            when bool_or(is_small) then 'small_cell'
        end as own_reason
    from judged
    group by edition, questionnaire, question_number, question_item, breakdown, subject_id
),

subjects_shown as (
    select
        judged.edition,
        judged.questionnaire,
        judged.question_number,
        judged.question_item,
        judged.option_number,
        sum(judged.chosen_count) as chosen_count
    from judged
    inner join groups
        on
            judged.edition = groups.edition
            and judged.questionnaire = groups.questionnaire
            and judged.question_number = groups.question_number
            and judged.question_item = groups.question_item
            and judged.subject_id = groups.subject_id
    where groups.own_reason is null
    group by
        judged.edition, judged.questionnaire, judged.question_number, judged.question_item, judged.option_number
),

-- Whoever takes the subjects that are shown from the total must not be left with a few people.
totals_that_tell as (
    select
        judged.edition,
        judged.questionnaire,
        judged.question_number,
        judged.question_item,
        bool_or(
            judged.chosen_count - coalesce(subjects_shown.chosen_count, 0) > 0
            and judged.chosen_count - coalesce(subjects_shown.chosen_count, 0) < judged.survey_cell_min
        ) as is_telling
    from judged
    left join subjects_shown
        on
            judged.edition = subjects_shown.edition
            and judged.questionnaire = subjects_shown.questionnaire
            and judged.question_number = subjects_shown.question_number
            and judged.question_item = subjects_shown.question_item
            and judged.option_number = subjects_shown.option_number
    where judged.breakdown = 'all'
    group by judged.edition, judged.questionnaire, judged.question_number, judged.question_item
),

reasons as (
    select
        groups.*,
        case
            when groups.own_reason is not null then groups.own_reason
            when groups.breakdown = 'all' and totals_that_tell.is_telling then 'difference_of_groups'
        end as null_reason
    from groups
    left join totals_that_tell
        on
            groups.edition = totals_that_tell.edition
            and groups.questionnaire = totals_that_tell.questionnaire
            and groups.question_number = totals_that_tell.question_number
            and groups.question_item = totals_that_tell.question_item
),

shown as (
    select
        judged.edition,
        judged.questionnaire,
        judged.question_number,
        judged.question_item,
        questions.name_zh,
        questions.name_en,
        judged.breakdown,
        judged.subject_id,
        judged.option_number,
        judged.option_text,
        case when reasons.null_reason is null then judged.respondent_count end as respondent_count,
        case when reasons.null_reason is null then judged.chosen_count end as chosen_count,
        case
            when reasons.null_reason is null
                then {{ share('judged.chosen_count', 'judged.respondent_count') }}
        end as chosen_share,
        reasons.null_reason,
        judged.is_synthetic
    from judged
    inner join reasons
        on
            judged.edition = reasons.edition
            and judged.questionnaire = reasons.questionnaire
            and judged.question_number = reasons.question_number
            and judged.question_item = reasons.question_item
            and judged.breakdown = reasons.breakdown
            and judged.subject_id is not distinct from reasons.subject_id
    inner join questions
        on
            judged.edition = questions.edition
            and judged.questionnaire = questions.questionnaire
            and judged.question_number = questions.question_number
            and judged.question_item = questions.question_item
)

select * from shown
