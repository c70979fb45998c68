{%- set title = ['edition', 'series_code', 'title_code'] -%}
with decided as (
    select * from {{ ref('int_award_decided') }}
),

titles as (
    select * from {{ ref('award_title') }}
),

quotas as (
    select * from {{ ref('award_quotas') }}
),

terms as (
    select * from {{ ref('award_terms') }}
),

frameworks as (
    select * from {{ ref('frameworks') }}
),

other_names as (
    select * from terms
    where term_kind = 'note' and term_code = 'other_names'
),

recused_nominators as (
    select * from terms
    where term_kind = 'note' and term_code = 'recused_nominators'
),

open_vetoes as (
    select * from terms
    where term_kind = 'note' and term_code = 'open_vetoes'
),

{%- set counted = {
    'too_few_self_nominations': ['self_nomination_count', 'self_nomination_min'],
    'too_few_expert_nominations': ['expert_nomination_count', 'expert_nomination_min'],
    'too_few_nominations': ['nomination_count', 'nomination_min'],
    'too_few_reviewers': ['reviewer_count', 'reviewer_min'],
    'too_few_respondents': ['respondent_count', 'respondent_min'],
    'too_few_voices': ['voice_count', 'reviewer_min'],
    'not_approved': ['approving_count', 'voice_count'],
    'below_quota': ['award_rank', 'quota'],
    'tied_at_line': ['award_rank', 'quota'],
    'won': ['award_rank', 'quota'],
} %}

-- What the rule that decided wanted, and what it found.
explained as (
    select
        decided.*,
        coalesce(quotas.class_name_zh, decided.rank_class) as class_name_zh,
        coalesce(quotas.class_name_en, decided.rank_class) as class_name_en,
        frameworks.name_zh as rubric_zh,
        frameworks.name_en as rubric_en,
        case decided.outcome_code
            {% for outcome, columns in counted.items() -%}
            when '{{ outcome }}' then {{ shown_count('decided.' ~ columns[0]) }}
            {% endfor -%}
            when 'not_scored' then concat({{ shown_number('100 * decided.coverage', 0) }}, '%')
            when 'below_threshold' then {{ shown_number('decided.award_score') }}
        end as have,
        case decided.outcome_code
            {% for outcome, columns in counted.items() -%}
            when '{{ outcome }}' then {{ shown_count('decided.' ~ columns[1]) }}
            {% endfor -%}
            when 'not_scored' then concat({{ shown_number('100 * decided.coverage_min', 0) }}, '%')
            when 'below_threshold' then {{ shown_number('decided.threshold_score') }}
            when 'withdrawn_on_appeal' then decided.withdrawn_by
            when 'vetoed' then frameworks.name_zh
            when 'excluded' then excluding.title_name_zh
        end as need_zh,
        case decided.outcome_code
            when 'vetoed' then frameworks.name_en
            when 'excluded' then excluding.title_name_en
        end as need_en
    from decided
    left join quotas on {{ same_columns('decided', 'quotas', title + ['rank_class']) }}
    left join frameworks on decided.edition = frameworks.edition and decided.veto_index_code = frameworks.index_code
    left join titles as excluding
        on
            decided.edition = excluding.edition
            and decided.excluded_by = concat(excluding.series_code, '/', excluding.title_code)
),

worded as (
    select
        explained.edition,
        explained.series_code,
        explained.title_code,
        explained.subject_id,
        explained.subject_name_zh,
        explained.rank_class,
        explained.award_score,
        {{ within_scale('explained.award_score - 1.645 * explained.standard_error') }} as award_score_p05,
        {{ within_scale('explained.award_score + 1.645 * explained.standard_error') }} as award_score_p95,
        explained.coverage,
        explained.score_rank,
        explained.award_rank,
        explained.tied_count,
        explained.quota,
        explained.threshold_score,
        explained.is_eligible,
        explained.is_winner,
        explained.outcome_code,
        {% for language in ['zh', 'en'] -%}
        {{ filled_in('outcomes.text_' ~ language, {
            'class': 'explained.class_name_' ~ language,
            'score': shown_number('explained.award_score'),
            'have': 'explained.have',
            'need': 'explained.need_zh' if language == 'zh' else 'coalesce(explained.need_en, explained.need_zh)',
        }) }} as reason_{{ language }},
        {% endfor -%}
        explained.excluded_by,
        explained.is_veto_passed,
        explained.veto_null_reason,
        explained.examined_veto_count,
        explained.veto_count,
        explained.self_nomination_count,
        explained.expert_nomination_count,
        explained.reviewer_count,
        explained.recused_count,
        explained.approving_count,
        explained.respondent_count,
        explained.nominated_name_count,
        explained.nominated_names,
        {% for language, separator in {'zh': '；', 'en': '; '}.items() -%}
        nullif(
            concat_ws(
                '{{ separator }}',
                case
                    when explained.nominated_name_count > 1
                        then {{ filled_in('other_names.text_' ~ language, {
                            'count': shown_count('explained.nominated_name_count'),
                            'names': 'explained.nominated_names',
                        }) }}
                end,
                case
                    when explained.recused_nominator_count > 0
                        then {{ filled_in('recused_nominators.text_' ~ language, {
                            'count': shown_count('explained.recused_nominator_count'),
                        }) }}
                end,
                case
                    when explained.veto_null_reason = 'not_examined'
                        then {{ filled_in('open_vetoes.text_' ~ language, {
                            'rubric': 'explained.rubric_' ~ language,
                            'open': shown_count('explained.veto_count - explained.examined_veto_count'),
                            'count': shown_count('explained.veto_count'),
                            'names': 'explained.open_vetoes_' ~ language,
                        }) }}
                end
            ),
            ''
        ) as note_{{ language }},
        {% endfor -%}
        explained.is_synthetic
    from explained
    inner join terms as outcomes on outcomes.term_kind = 'outcome' and explained.outcome_code = outcomes.term_code
    cross join other_names
    cross join recused_nominators
    cross join open_vetoes
)

select * from worded
