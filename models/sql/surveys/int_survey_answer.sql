with responses as (
    select * from {{ believed('survey_response') }}
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

cells as (
    select
        responses.edition,
        responses.questionnaire,
        responses.respondent_number,
        responses.subject_code,
        responses.subject_id,
        responses.is_synthetic,
        answer.header,
        answer.cell
    from responses
    {{ unnest_join('responses.answers', 'answer') }}
),

-- Programs number a question as 6、 or 6. or Q6 or 第6题; behind the number stands what is asked.
numbered as (
    select
        *,
        regexp_extract(header, '^[^0-9]*([0-9]+)', 1) as question_number,
        trim(regexp_replace(header, '^[^0-9]*[0-9]+ *题?[、.．,，:：_ ]*', '')) as question_text
    from cells
),

-- A number with several columns is a question of several items, each with a column of its own.
columns_of_numbers as (
    select
        edition,
        questionnaire,
        question_number,
        count(distinct header) as column_count
    from numbered
    group by edition, questionnaire, question_number
),

items as (
    select
        numbered.*,
        columns_of_numbers.column_count,
        regexp_extract(numbered.question_text, '[(（]((?:[^()（）]|[(（][^()（）]*[)）])*)[)）] *$', 1) as item_in_brackets,
        trim(regexp_extract(numbered.question_text, '[—:：]([^—:：]+)$', 1)) as item_behind_question
    from numbered
    inner join columns_of_numbers
        on
            numbered.edition = columns_of_numbers.edition
            and numbered.questionnaire = columns_of_numbers.questionnaire
            and numbered.question_number = columns_of_numbers.question_number
),

given_answers as (
    select
        items.edition,
        items.questionnaire,
        items.respondent_number,
        items.subject_code,
        items.subject_id,
        items.is_synthetic,
        items.question_number,
        case
            when items.item_in_brackets <> '' or items.column_count = 1 then items.item_in_brackets
            when items.item_behind_question <> '' then items.item_behind_question
            else items.question_text
        end as item,
        answer_text
    from items
    {{ unnest_join("split(items.cell, '┋')", 'answer_text') }}
),

asked as (
    select
        given_answers.*,
        questions.question_kind,
        questions.measure,
        questions.question_item,
        questions.scale_code,
        questions.is_reversed,
        questions.expected_answer,
        -- A column of its own for each option of a choice says 1 where the option named above it was chosen.
        case
            when
                questions.question_kind = 'choice'
                and columns_of_options.option_number is not null
                and given_answers.answer_text = '1'
                then given_answers.item
            else given_answers.answer_text
        end as said,
        questions.question_kind = 'choice'
        and columns_of_options.option_number is not null
        and given_answers.answer_text = '0' as is_not_chosen
    from given_answers
    left join sentinels on given_answers.answer_text = sentinels.answer_text
    left join questions
        on
            given_answers.edition = questions.edition
            and given_answers.questionnaire = questions.questionnaire
            and given_answers.question_number = questions.question_number
            and questions.question_item in (given_answers.item, '-')
    left join options as columns_of_options
        on
            questions.scale_code = columns_of_options.scale_code
            and given_answers.item = columns_of_options.option_text
    where sentinels.answer_text is null
),

meant as (
    select distinct
        asked.edition,
        asked.questionnaire,
        asked.respondent_number,
        asked.subject_code,
        asked.subject_id,
        asked.is_synthetic,
        asked.question_number,
        asked.item,
        asked.question_item,
        asked.scale_code,
        asked.said as answer_text,
        asked.question_kind,
        asked.measure,
        asked.expected_answer,
        options.option_number,
        case when asked.is_reversed then 100 - options.score else options.score end as score
    from asked
    left join options
        on
            asked.scale_code = options.scale_code
            and (asked.said = options.option_text or asked.said = cast(options.option_number as string))
    where not coalesce(asked.is_not_chosen, false)
)

select * from meant
