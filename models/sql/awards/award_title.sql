{%- set title = ['edition', 'series_code', 'title_code'] -%}
with named as (
    select * from {{ ref('award_titles') }}
),

series as (
    select * from {{ ref('award_series') }}
),

rules as (
    select * from {{ ref('award_rules') }}
),

titles as (
    select
        titles.edition,
        titles.series_code,
        series.series_number,
        titles.title_code,
        titles.title_order,
        titles.short_name_zh,
        titles.name_zh as title_name_zh,
        titles.name_en as title_name_en,
        series.announced_name_zh,
        series.body_name_zh,
        series.name_en as series_name_en,
        series.held_code,
        rules.stage,
        rules.subject_kinds,
        rules.site_roles,
        rules.levels,
        rules.systems,
        rules.scope_zh,
        rules.scope_en,
        rules.classed_by,
        rules.self_nomination_min,
        rules.expert_nomination_min,
        rules.nomination_min,
        rules.reviewer_min,
        rules.respondent_min,
        rules.coverage_min,
        rules.threshold_score,
        rules.tie_rule,
        rules.tie_input_code,
        rules.tied_within,
        rules.approval_rule,
        rules.veto_index_code,
        rules.origin,
        rules.reasoning_zh,
        rules.reasoning_en,
        rules.method
    from named as titles
    inner join series on titles.edition = series.edition and titles.series_code = series.series_code
    inner join rules
        on
            titles.edition = rules.edition
            and titles.series_code = rules.series_code
            and titles.title_code = rules.title_code
),

terms as (
    select * from {{ ref('award_terms') }}
),

frameworks as (
    select * from {{ ref('frameworks') }}
),

years as (
    select * from {{ ref('award_years') }}
),

inputs as (
    select
        {% for language, separator in {'zh': '、', 'en': ', '}.items() -%}
        {{ joined_text(
            "concat(name_" ~ language ~ ", ' ', regexp_replace(" ~ shown_number('weight') ~ ", '[.]0$', ''))",
            separator, '-weight',
        ) }} as inputs_{{ language }},
        {% endfor -%}
        edition,
        series_code,
        title_code,
        count(*) as input_count
    from {{ ref('award_inputs') }}
    group by edition, series_code, title_code
),

-- Levels from the centre down, kinds as pages name them.
class_places as (
    select
        label_code,
        min(label_order) as place
    from {{ ref('dim_label') }}
    where label_kind in ('group', 'subject_kind', 'rank_class')
    group by label_code
),

quotas as (
    select
        {% for language, separator in {'zh': '、', 'en': ', '}.items() -%}
        {{ joined_text(
            "concat(case when quotas.rank_class = 'all' then '' else concat(quotas.class_name_" ~ language ~ ", ' ') end, "
            ~ shown_count('quotas.quota') ~ ')',
            separator, 'coalesce(class_places.place, 0)',
        ) }} as quotas_{{ language }},
        {% endfor -%}
        quotas.edition,
        quotas.series_code,
        quotas.title_code
    from {{ ref('award_quotas') }} as quotas
    left join class_places on quotas.rank_class = class_places.label_code
    where quotas.quota is not null
    group by quotas.edition, quotas.series_code, quotas.title_code
),

excluding as (
    select distinct
        exclusions.edition,
        exclusions.series_code,
        exclusions.title_code,
        excluding_titles.title_name_zh,
        excluding_titles.title_name_en
    from {{ ref('award_exclusions') }} as exclusions
    inner join titles as excluding_titles
        on
            exclusions.edition = excluding_titles.edition
            and exclusions.excluding_series_code = excluding_titles.series_code
            and {{ is_admitted('excluding_titles.title_code', 'exclusions.excluding_title_code') }}
),

exclusions as (
    select
        edition,
        series_code,
        title_code,
        {{ joined_text('title_name_zh', '、') }} as excluded_after_zh,
        {{ joined_text('title_name_en', '; ') }} as excluded_after_en
    from excluding
    group by edition, series_code, title_code
),

held as (
    select
        titles.edition,
        titles.series_code,
        titles.title_code,
        count(years.held_year) as year_number
    from titles
    left join years on titles.held_code = years.held_code and titles.edition >= years.held_year
    group by titles.edition, titles.series_code, titles.title_code
),

described as (
    select
        titles.*,
        held.year_number,
        coalesce(inputs.input_count, 0) as input_count,
        inputs.inputs_zh,
        inputs.inputs_en,
        quotas.quotas_zh,
        quotas.quotas_en,
        exclusions.excluded_after_zh,
        exclusions.excluded_after_en,
        frameworks.name_zh as veto_zh,
        frameworks.name_en as veto_en,
        ties.text_zh as tie_zh,
        ties.text_en as tie_en,
        approvals.text_zh as approval_zh,
        approvals.text_en as approval_en,
        case when titles.self_nomination_min > 0 then {{ shown_count('titles.self_nomination_min') }} end as self_text,
        case when titles.expert_nomination_min > 0 then {{ shown_count('titles.expert_nomination_min') }} end
            as expert_text,
        case when titles.nomination_min > 0 then {{ shown_count('titles.nomination_min') }} end as nomination_text,
        case when titles.reviewer_min > 0 then {{ shown_count('titles.reviewer_min') }} end as reviewer_text,
        case when titles.respondent_min > 0 then {{ shown_count('titles.respondent_min') }} end as respondent_text,
        {{ shown_number('100 * titles.coverage_min', 0) }} as coverage_text,
        {{ shown_number('titles.threshold_score') }} as threshold_text
    from titles
    inner join held on {{ same_columns('titles', 'held', title) }}
    left join inputs on {{ same_columns('titles', 'inputs', title) }}
    left join quotas on {{ same_columns('titles', 'quotas', title) }}
    left join exclusions on {{ same_columns('titles', 'exclusions', title) }}
    left join frameworks on titles.edition = frameworks.edition and titles.veto_index_code = frameworks.index_code
    left join terms as ties on ties.term_kind = 'tie_rule' and titles.tie_rule = ties.term_code
    left join terms as approvals on approvals.term_kind = 'approval_rule' and titles.approval_rule = approvals.term_code
),

{%- set parts = {
    'scope': ['scope_zh', 'scope_en'],
    'inputs': ['inputs_zh', 'inputs_en'],
    'coverage': ['coverage_text', 'coverage_text'],
    'self_nomination': ['self_text', 'self_text'],
    'expert_nomination': ['expert_text', 'expert_text'],
    'nomination': ['nomination_text', 'nomination_text'],
    'reviewer': ['reviewer_text', 'reviewer_text'],
    'respondent': ['respondent_text', 'respondent_text'],
    'approval': ['approval_zh', 'approval_en'],
    'veto': ['veto_zh', 'veto_en'],
    'exclusion': ['excluded_after_zh', 'excluded_after_en'],
    'threshold': ['threshold_text', 'threshold_text'],
    'quota': ['quotas_zh', 'quotas_en'],
    'tie': ['tie_zh', 'tie_en'],
} %}

-- What a rule asks, part by part; a part it does not ask for is left out of the text.
parts as (
    {% for part, values in parts.items() -%}
    select
        edition,
        series_code,
        title_code,
        '{{ part }}' as part_code,
        {{ values[0] }} as value_zh,
        {{ values[1] }} as value_en
    from described
    where {{ values[0] }} is not null
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

worded as (
    select
        parts.edition,
        parts.series_code,
        parts.title_code,
        parts.part_code,
        {{ filled_in('terms.text_zh', {'value': 'parts.value_zh'}) }} as text_zh,
        {{ filled_in('terms.text_en', {'value': 'parts.value_en'}) }} as text_en
    from parts
    inner join terms on terms.term_kind = 'rule' and parts.part_code = terms.term_code
),

texts as (
    select
        {% for language, separator in {'zh': '；', 'en': '; '}.items() -%}
        concat_ws(
            '{{ separator }}',
            {%- for part in parts %}
            max(case when part_code = '{{ part }}' then text_{{ language }} end)
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ) as rule_{{ language }},
        {% endfor -%}
        edition,
        series_code,
        title_code
    from worded
    group by edition, series_code, title_code
),

titled as (
    select
        described.edition,
        described.series_code,
        described.series_number,
        described.title_code,
        described.title_order,
        described.short_name_zh,
        described.announced_name_zh,
        described.body_name_zh,
        described.series_name_en,
        described.title_name_zh,
        described.title_name_en,
        described.held_code,
        described.year_number,
        described.stage,
        described.subject_kinds,
        described.site_roles,
        described.levels,
        described.systems,
        described.classed_by,
        described.self_nomination_min,
        described.expert_nomination_min,
        described.nomination_min,
        described.reviewer_min,
        described.respondent_min,
        described.coverage_min,
        described.threshold_score,
        described.tie_rule,
        described.tie_input_code,
        described.tied_within,
        described.approval_rule,
        described.veto_index_code,
        described.input_count,
        described.excluded_after_zh,
        described.excluded_after_en,
        texts.rule_zh,
        texts.rule_en,
        described.origin,
        described.reasoning_zh,
        described.reasoning_en,
        described.method
    from described
    left join texts on {{ same_columns('described', 'texts', title) }}
)

select * from titled
