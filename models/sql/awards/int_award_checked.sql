with entries as (
    select * from {{ ref('int_award_entry') }}
),

titles as (
    select * from {{ ref('award_title') }}
),

inputs as (
    select * from {{ ref('int_award_input') }}
),

-- Inputs of one candidate overlap (an index and a node of it), so their errors are added as if they always went
-- together; as soon as one is not known, neither is theirs.
added as (
    select
        inputs.edition,
        inputs.series_code,
        inputs.title_code,
        inputs.subject_id,
        {{ exact_sum('inputs.weight_used * inputs.input_score') }} as award_score,
        case
            when not bool_or(inputs.weight_used > 0 and inputs.standard_error is null)
                then {{ exact_sum('inputs.weight_used * inputs.standard_error') }}
        end as standard_error,
        coalesce({{ exact_sum('case when inputs.input_score is not null then inputs.weight end') }}, 0)
        / {{ exact_sum('inputs.weight') }} as coverage,
        max(case when inputs.input_code = titles.tie_input_code then inputs.input_score end) as tie_score,
        bool_or(inputs.input_kind = 'recommendation' or titles.approval_rule <> 'none') as is_asked_of_experts
    from inputs
    inner join titles
        on
            inputs.edition = titles.edition
            and inputs.series_code = titles.series_code
            and inputs.title_code = titles.title_code
    group by inputs.edition, inputs.series_code, inputs.title_code, inputs.subject_id
),

scores as (
    select
        added.edition,
        added.series_code,
        added.title_code,
        added.subject_id,
        case when {{ reaches('added.coverage', 'titles.coverage_min') }} then added.award_score end as award_score,
        case
            when {{ reaches('added.coverage', 'titles.coverage_min') }} then added.standard_error
        end as standard_error,
        added.coverage,
        added.is_asked_of_experts,
        case
            when {{ reaches('added.coverage', 'titles.coverage_min') }}
                then cast(round(added.award_score / titles.tied_within) as bigint)
        end as score_step,
        cast(round(added.tie_score / titles.tied_within) as bigint) as tie_step
    from added
    inner join titles
        on
            added.edition = titles.edition
            and added.series_code = titles.series_code
            and added.title_code = titles.title_code
),

nodes as (
    select * from {{ ref('int_framework_node') }}
),

-- Each indicator with itself and every node above it.
above_0 as (
    select
        edition,
        index_code,
        measure_code,
        node_code,
        parent_code
    from nodes
    where is_leaf
),

{% for height in range(1, var('framework_depth') + 1) -%}
above_{{ height }} as (
    select
        below.edition,
        below.index_code,
        below.measure_code,
        nodes.node_code,
        nodes.parent_code
    from above_{{ height - 1 }} as below
    inner join nodes
        on
            below.edition = nodes.edition
            and below.index_code = nodes.index_code
            and below.parent_code = nodes.node_code
),

{% endfor -%}

measures_of_nodes as (
    {% for height in range(var('framework_depth') + 1) -%}
    select
        edition,
        index_code,
        node_code,
        measure_code
    from above_{{ height }}
    {% if not loop.last -%}
    union
    {% endif -%}
    {% endfor -%}
),

-- What of a questionnaire the score of a candidate rests on.
asked as (
    select distinct
        inputs.edition,
        inputs.series_code,
        inputs.title_code,
        inputs.subject_id,
        substring(coalesce(read_by_nodes.measure_code, inputs.value_code), 8) as measure
    from inputs
    left join measures_of_nodes as read_by_nodes
        on
            inputs.edition = read_by_nodes.edition
            and inputs.index_code = read_by_nodes.index_code
            and inputs.value_code = read_by_nodes.node_code
            and inputs.input_kind in ('index', 'node')
    where
        (inputs.input_kind = 'measure' and inputs.value_code like 'survey.%')
        or read_by_nodes.measure_code like 'survey.%'
),

-- The least answered of it decides; a title that reads none of it asks how many answered anything.
least_answered as (
    select
        asked.edition,
        asked.series_code,
        asked.title_code,
        asked.subject_id,
        min(coalesce(answered.respondent_count, 0)) as respondent_count
    from asked
    left join {{ ref('fct_survey_score') }} as answered
        on
            asked.edition = answered.edition
            and asked.subject_id = answered.subject_id
            and asked.measure = answered.measure
    group by asked.edition, asked.series_code, asked.title_code, asked.subject_id
),

surveys as (
    select
        edition,
        subject_id,
        max(respondent_count) as respondent_count
    from {{ ref('fct_survey_score') }}
    group by edition, subject_id
),

vetoes as (
    select * from {{ ref('idx_rank') }}
    where is_vetoed
),

reasons as (
    select * from {{ ref('dim_label') }}
    where label_kind = 'null_reason'
),

-- What of the vetoes of a rubric was looked at; what does not apply to a subject need not be.
examined as (
    select
        {% for language, marks in {'zh': ['（', '）', '、'], 'en': [' (', ')', ', ']}.items() -%}
        {{ joined_text(
            "case when scores.score is null then concat(nodes.name_" ~ language ~ ", case when reasons.name_" ~ language
            ~ " is null then '' else concat('" ~ marks[0] ~ "', reasons.name_" ~ language ~ ", '" ~ marks[1]
            ~ "') end) end",
            marks[2],
            'nodes.node_order',
        ) }} as open_vetoes_{{ language }},
        {% endfor -%}
        scores.edition,
        scores.index_code,
        scores.subject_id,
        count(*) as veto_count,
        count(scores.score) as examined_veto_count
    from {{ ref('int_node_score') }} as scores
    inner join nodes
        on
            scores.edition = nodes.edition
            and scores.index_code = nodes.index_code
            and scores.node_code = nodes.node_code
    left join reasons on scores.null_reason = reasons.label_code
    where nodes.is_veto and coalesce(scores.null_reason <> 'not_applicable', true)
    group by scores.edition, scores.index_code, scores.subject_id
),

withdrawals as (
    select
        effects.edition,
        title_names.series_code,
        title_names.title_code,
        effects.subject_id,
        min(effects.case_code) as case_code
    from {{ believed('appeal') }} as effects
    inner join {{ ref('int_award_title_name') }} as title_names
        on effects.edition = title_names.edition and effects.title_id = title_names.title_id
    where effects.is_in_force and effects.effect_code = 'withdraw_winner'
    group by effects.edition, title_names.series_code, title_names.title_code, effects.subject_id
),

gathered as (
    select
        entries.*,
        titles.stage,
        titles.self_nomination_min,
        titles.expert_nomination_min,
        titles.nomination_min,
        titles.reviewer_min,
        titles.respondent_min,
        titles.coverage_min,
        titles.threshold_score,
        titles.tie_rule,
        titles.approval_rule,
        titles.veto_index_code,
        entries.self_nomination_count + entries.expert_nomination_count as nomination_count,
        coalesce(least_answered.respondent_count, surveys.respondent_count, 0) as respondent_count,
        scores.award_score,
        scores.standard_error,
        scores.coverage,
        coalesce(scores.is_asked_of_experts, titles.approval_rule <> 'none') as is_asked_of_experts,
        scores.score_step,
        case when titles.tie_rule = 'by_input' then scores.tie_step end as tie_step,
        vetoes.subject_id is not null as is_vetoed,
        case when titles.veto_index_code is not null then coalesce(examined.veto_count, 0) end as veto_count,
        case
            when titles.veto_index_code is not null then coalesce(examined.examined_veto_count, 0)
        end as examined_veto_count,
        examined.open_vetoes_zh,
        examined.open_vetoes_en,
        withdrawals.case_code as withdrawn_by
    from entries
    inner join titles
        on
            entries.edition = titles.edition
            and entries.series_code = titles.series_code
            and entries.title_code = titles.title_code
    left join scores
        on
            entries.edition = scores.edition
            and entries.series_code = scores.series_code
            and entries.title_code = scores.title_code
            and entries.subject_id = scores.subject_id
    left join least_answered
        on
            entries.edition = least_answered.edition
            and entries.series_code = least_answered.series_code
            and entries.title_code = least_answered.title_code
            and entries.subject_id = least_answered.subject_id
    left join surveys on entries.edition = surveys.edition and entries.subject_id = surveys.subject_id
    left join vetoes
        on
            entries.edition = vetoes.edition
            and titles.veto_index_code = vetoes.index_code
            and entries.subject_id = vetoes.subject_id
    left join examined
        on
            entries.edition = examined.edition
            and titles.veto_index_code = examined.index_code
            and entries.subject_id = examined.subject_id
    left join withdrawals
        on
            entries.edition = withdrawals.edition
            and entries.series_code = withdrawals.series_code
            and entries.title_code = withdrawals.title_code
            and entries.subject_id = withdrawals.subject_id
),

checked as (
    select
        *,
        case
            when is_vetoed then false
            when veto_count > 0 and examined_veto_count = veto_count then true
        end as is_veto_passed,
        case
            when is_vetoed or veto_count > 0 and examined_veto_count = veto_count then null
            when veto_count is null then 'no_veto'
            when veto_count = 0 then 'not_in_rubric'
            else 'not_examined'
        end as veto_null_reason,
        case
            when not is_running then 'not_running'
            when not is_in_scope then 'out_of_scope'
            when not has_class then 'class_without_quota'
            when nomination_count = 0 then 'nomination_withdrawn'
            when withdrawn_by is not null then 'withdrawn_on_appeal'
            when is_vetoed then 'vetoed'
            when award_score is null then 'not_scored'
            when self_nomination_count < self_nomination_min then 'too_few_self_nominations'
            when expert_nomination_count < expert_nomination_min then 'too_few_expert_nominations'
            when nomination_count < nomination_min then 'too_few_nominations'
            when reviewer_count < reviewer_min then 'too_few_reviewers'
            when respondent_count < respondent_min then 'too_few_respondents'
            when is_asked_of_experts and voice_count < reviewer_min then 'too_few_voices'
            when approval_rule = 'unanimous' and (voice_count = 0 or approving_count < voice_count)
                then 'not_approved'
            when approval_rule = 'majority' and 2 * approving_count <= voice_count then 'not_approved'
        end as stop_code
    from gathered
)

select * from checked
