with respondents as (
    select * from {{ ref('int_survey_respondent') }}
),

answers as (
    select * from {{ ref('int_survey_answer') }}
    where question_kind = 'scale' and score is not null
),

parameters as (
    {{ parameters(['survey.cell_min']) }}
),

rules as (
    select * from {{ ref('survey_rules') }}
),

respondent_scores as (
    select
        edition,
        questionnaire,
        respondent_number,
        coalesce(subject_code, '') as subject_place,
        {{ exact_mean('score') }} as score
    from answers
    group by edition, questionnaire, respondent_number, coalesce(subject_code, '')
),

scored as (
    select
        respondents.*,
        respondent_scores.score
    from respondents
    left join respondent_scores
        on
            respondents.edition = respondent_scores.edition
            and respondents.questionnaire = respondent_scores.questionnaire
            and respondents.respondent_number = respondent_scores.respondent_number
            and coalesce(respondents.subject_code, '') = respondent_scores.subject_place
),

{#- Of each rule who breaks it, and who would be kept without it. -#}
{%- set flags = ['is_too_fast', 'is_straight_lined', 'is_duplicate_address', 'has_failed_trap'] %}

counted as (
    {% for rule, condition in {
        'answered': 'true',
        'too_fast': 'is_too_fast',
        'straight_lined': 'is_straight_lined',
        'duplicate_address': 'is_duplicate_address',
        'failed_trap': 'has_failed_trap',
        'kept': 'is_kept',
    }.items() -%}
    {%- set others = flags | reject('equalto', condition) | list -%}
    {%- set is_left = condition if condition in ('true', 'is_kept') else 'not ' ~ others | join(' and not ') %}
    select
        edition,
        questionnaire,
        '{{ rule }}' as rule_code,
        count(case when {{ condition }} then 1 end) as respondent_count,
        count(*) as answered_count,
        {{ exact_mean('case when ' ~ is_left ~ ' then score end') }} as mean_score,
        count(case when {{ is_left }} and not is_kept and score is not null then 1 end) as beyond_count,
        bool_or(is_synthetic) as is_synthetic
    from scored
    group by edition, questionnaire
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

named as (
    select
        counted.edition,
        counted.questionnaire,
        counted.rule_code,
        rules.name_zh,
        rules.name_en,
        counted.respondent_count,
        {{ share('counted.respondent_count', 'counted.answered_count') }} as respondent_share,
        -- Beside the mean of those who are kept it would tell what a few people said.
        case
            when counted.beyond_count = 0 or counted.beyond_count >= parameters.survey_cell_min
                then {{ rounded('counted.mean_score', 1) }}
        end as mean_score,
        counted.is_synthetic
    from counted
    inner join parameters on counted.edition = parameters.edition
    inner join rules on counted.rule_code = rules.rule_code
)

select * from named
