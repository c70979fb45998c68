with titles as (
    select * from {{ ref('award_titles') }}
),

series as (
    select * from {{ ref('award_series') }}
),

rules as (
    select * from {{ ref('award_rules') }}
),

ruled as (
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
    from titles
    inner join series on titles.edition = series.edition and titles.series_code = series.series_code
    inner join rules
        on
            titles.edition = rules.edition
            and titles.series_code = rules.series_code
            and titles.title_code = rules.title_code
)

select * from ruled
