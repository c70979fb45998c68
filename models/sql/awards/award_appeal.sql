with appeals as (
    select * from {{ believed('appeal') }}
),

series as (
    select * from {{ ref('award_series') }}
),

terms as (
    select * from {{ ref('award_terms') }}
),

decided as (
    select * from {{ ref('int_award_decided') }}
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

changed_rows as (
    select
        edition,
        appeal_case as case_code,
        appeal_effect as effect_order
    from {{ ref('int_nomination_effective') }}
    where appeal_case is not null
    union all
    select
        edition,
        appeal_case as case_code,
        appeal_effect as effect_order
    from {{ ref('int_expert_review_effective') }}
    where appeal_case is not null
    union all
    select
        effects.edition,
        effects.case_code,
        effects.effect_order
    from appeals as effects
    inner join title_names on effects.edition = title_names.edition and effects.title_id = title_names.title_id
    inner join decided
        on
            effects.edition = decided.edition
            and title_names.series_code = decided.series_code
            and title_names.title_code = decided.title_code
            and effects.subject_id = decided.subject_id
            and effects.case_code = decided.withdrawn_by
    where effects.effect_code = 'withdraw_winner'
),

changed as (
    select
        edition,
        case_code,
        effect_order,
        count(*) as changed_count
    from changed_rows
    group by edition, case_code, effect_order
),

judged as (
    select
        appeals.*,
        series.series_code,
        coalesce(changed.changed_count, 0) as changed_count,
        case
            when appeals.is_in_force and coalesce(changed.changed_count, 0) = 0
                then 'not_found'
            else appeals.decision
        end as decision_term
    from appeals
    inner join series on appeals.edition = series.edition and appeals.series = series.series_number
    left join changed on {{ same_columns('appeals', 'changed', ['edition', 'case_code', 'effect_order']) }}
),

told as (
    select
        judged.edition,
        judged.case_code,
        judged.effect_order,
        judged.filed_date,
        judged.appellant,
        judged.claim,
        judged.evidence_file,
        judged.decision,
        judged.decided_date,
        judged.effect_code,
        effect_terms.name_zh as effect_name_zh,
        effect_terms.name_en as effect_name_en,
        judged.subject_id,
        judged.series_code,
        judged.title_code,
        judged.party_id,
        judged.criterion_code,
        judged.expected_value,
        judged.new_value,
        judged.is_in_force,
        judged.changed_count,
        {% for language in ['zh', 'en'] -%}
        case
            when judged.decision_term = 'upheld'
                then {{ filled_in('effect_terms.text_' ~ language, {'count': shown_count('judged.changed_count')}) }}
            else decision_terms.text_{{ language }}
        end as did_{{ language }},
        {% endfor -%}
        judged.is_synthetic
    from judged
    inner join terms as effect_terms
        on effect_terms.term_kind = 'effect' and judged.effect_code = effect_terms.term_code
    inner join terms as decision_terms
        on decision_terms.term_kind = 'decision' and judged.decision_term = decision_terms.term_code
)

select * from told
