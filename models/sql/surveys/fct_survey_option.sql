with counted as (
    select * from {{ ref('int_survey_option_counted') }}
),

questions as (
    select * from {{ ref('survey_questions') }}
),

parameters as (
    select * from {{ ref('int_parameter_pivoted') }}
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
