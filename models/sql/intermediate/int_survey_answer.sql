with responses as (
    select * from {{ ref('int_survey_response_accepted') }}
),

questions as (
    select * from {{ ref('survey_questions') }}
),

options as (
    select * from {{ ref('survey_options') }}
),

sentinels as (
    select * from {{ ref('survey_sentinels') }}
),

given_answers as (
    select
        responses.edition,
        responses.questionnaire,
        responses.respondent_number,
        responses.subject_code,
        responses.subject_id,
        responses.is_synthetic,
        regexp_extract(answer.header, '^([0-9]+)', 1) as question_number,
        regexp_extract(answer.header, '[(（]([^)）]*)[)）] *$', 1) as item,
        answer.cell as answer_text
    from responses
    {{ unnest_join('responses.answers', 'answer') }}
),

meant as (
    select
        given_answers.*,
        questions.question_kind,
        questions.measure,
        questions.expected_answer,
        options.option_number,
        options.score
    from given_answers
    left join sentinels on given_answers.answer_text = sentinels.answer_text
    left join questions
        on
            given_answers.edition = questions.edition
            and given_answers.questionnaire = questions.questionnaire
            and given_answers.question_number = questions.question_number
    left join options
        on
            questions.scale_code = options.scale_code
            and (
                given_answers.answer_text = options.option_text
                or given_answers.answer_text = cast(options.option_number as string)
            )
    where sentinels.answer_text is null
)

select * from meant
