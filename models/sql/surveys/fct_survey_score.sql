with answers as (
    select * from {{ ref('int_survey_answer') }}
    where question_kind = 'scale' and score is not null and subject_id is not null
),

kept as (
    select * from {{ ref('int_survey_respondent') }}
    where is_kept
),

parameters as (
    {{ parameters(['survey.cell_min']) }}
),

respondent_scores as (
    select
        answers.edition,
        answers.subject_id,
        answers.measure,
        answers.questionnaire,
        answers.respondent_number,
        {{ exact_mean('answers.score') }} as score,
        bool_or(answers.is_synthetic) as is_synthetic
    from answers
    inner join kept
        on
            answers.edition = kept.edition
            and answers.questionnaire = kept.questionnaire
            and answers.respondent_number = kept.respondent_number
            and answers.subject_id = kept.subject_id
    group by answers.edition, answers.subject_id, answers.measure, answers.questionnaire, answers.respondent_number
),

measured as (
    select
        edition,
        subject_id,
        measure,
        count(*) as respondent_count,
        {{ rounded(exact_mean('score'), 6) }} as mean_score,
        round(stddev_samp(score) / sqrt(count(*)), 6) as standard_error,
        bool_or(is_synthetic) as is_synthetic
    from respondent_scores
    group by edition, subject_id, measure
),

shown as (
    select
        measured.edition,
        measured.subject_id,
        measured.measure,
        measured.respondent_count < parameters.survey_cell_min as is_suppressed,
        case when measured.respondent_count >= parameters.survey_cell_min then measured.respondent_count end
            as respondent_count,
        case when measured.respondent_count >= parameters.survey_cell_min then measured.mean_score end as mean_score,
        -- Beside mean and number more digits would tell how many gave each answer, also where that is hidden.
        case
            when measured.respondent_count >= parameters.survey_cell_min
                then
                    case
                        when measured.standard_error >= 1 then {{ rounded('measured.standard_error', 0) }}
                        else {{ rounded('measured.standard_error', 1) }}
                    end
        end as standard_error,
        measured.is_synthetic
    from measured
    inner join parameters on measured.edition = parameters.edition
)

select * from shown
