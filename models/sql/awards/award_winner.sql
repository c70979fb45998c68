{%- set title = ['edition', 'series_code', 'title_code'] -%}
{%- set languages = ['zh', 'en'] -%}
with candidates as (
    select * from {{ ref('award_candidate') }}
),

titles as (
    select * from {{ ref('award_title') }}
),

wins as (
    select * from {{ ref('int_award_decided') }}
    where is_winner
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

-- Of those who did not win the best one; who was stopped by a rule stands after everyone who was not.
others as (
    select
        *,
        row_number() over (
            partition by {{ (title + ['rank_class']) | join(', ') }}
            order by is_eligible desc, score_rank asc, subject_id asc
        ) as place
    from candidates
    where not is_winner and award_score is not null
),

runners_up as (
    select * from others
    where place = 1
),

drafts as (
    select
        {% for language in languages -%}
        concat_ws(
            '{{ '' if language == 'zh' else ' ' }}',
            {%- for order in range(1, var('citation_sentences') + 1) %}
            max(case when sentence_order = {{ order }} then sentence_{{ language }} end)
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ) as draft_{{ language }},
        {% endfor -%}
        edition,
        series_code,
        title_code,
        subject_id
    from {{ ref('int_citation_sentence') }}
    group by edition, series_code, title_code, subject_id
),

edited as (
    select
        citations.edition,
        title_names.series_code,
        title_names.title_code,
        citations.subject_id,
        max(citations.citation_zh) as citation_zh,
        max(citations.citation_en) as citation_en
    from {{ believed('citation') }} as citations
    inner join title_names on citations.edition = title_names.edition and citations.title_id = title_names.title_id
    group by citations.edition, title_names.series_code, title_names.title_code, citations.subject_id
),

winners as (
    select
        candidates.edition,
        candidates.series_code,
        candidates.title_code,
        candidates.rank_class,
        candidates.award_rank,
        candidates.tied_count,
        candidates.subject_id,
        candidates.subject_name_zh,
        titles.title_name_zh,
        titles.title_name_en,
        candidates.award_score,
        candidates.award_score_p05,
        candidates.award_score_p95,
        titles.rule_zh,
        titles.rule_en,
        candidates.is_veto_passed,
        candidates.veto_null_reason,
        candidates.examined_veto_count,
        candidates.veto_count,
        candidates.self_nomination_count,
        candidates.expert_nomination_count,
        candidates.reviewer_count,
        candidates.recused_count,
        candidates.approving_count,
        candidates.respondent_count,
        runners_up.subject_id as runner_up_subject_id,
        runners_up.subject_name_zh as runner_up_name_zh,
        runners_up.award_score as runner_up_score,
        candidates.award_score - runners_up.award_score as margin,
        runners_up.reason_zh as runner_up_reason_zh,
        runners_up.reason_en as runner_up_reason_en,
        wins.consecutive_wins,
        wins.total_wins,
        wins.any_consecutive_wins,
        wins.any_total_wins,
        coalesce(edited.citation_zh, drafts.draft_zh) as citation_zh,
        coalesce(edited.citation_en, drafts.draft_en) as citation_en,
        edited.citation_zh is not null as is_citation_edited,
        candidates.is_synthetic
    from candidates
    inner join titles on {{ same_columns('candidates', 'titles', title) }}
    inner join wins on {{ same_columns('candidates', 'wins', title + ['subject_id']) }}
    left join runners_up on {{ same_columns('candidates', 'runners_up', title + ['rank_class']) }}
    left join drafts on {{ same_columns('candidates', 'drafts', title + ['subject_id']) }}
    left join edited on {{ same_columns('candidates', 'edited', title + ['subject_id']) }}
    where candidates.is_winner
)

select * from winners
