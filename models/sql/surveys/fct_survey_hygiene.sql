with respondents as (
    select * from {{ ref('int_survey_respondent') }}
),

rules as (
    select * from {{ ref('survey_rules') }}
),

counted as (
    {% for rule, condition in {
        'answered': 'true',
        'too_fast': 'is_too_fast',
        'straight_lined': 'is_straight_lined',
        'duplicate_address': 'is_duplicate_address',
        'failed_trap': 'has_failed_trap',
        'kept': 'is_kept',
    }.items() -%}
    select
        edition,
        questionnaire,
        '{{ rule }}' as rule_code,
        count(case when {{ condition }} then 1 end) as respondent_count,
        count(*) as answered_count,
        bool_or(is_synthetic) as is_synthetic
    from respondents
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
        counted.is_synthetic
    from counted
    inner join rules on counted.rule_code = rules.rule_code
)

select * from named
