with panel as (
    select * from {{ ref('int_expert_panel') }}
),

rules as (
    select * from {{ ref('award_panel_rules') }}
),

judged as (
    select
        panel.edition,
        panel.series_code,
        panel.title_code,
        panel.subject_id,
        panel.criterion_code,
        panel.expert_id,
        panel.score,
        panel.adjusted_score,
        panel.panel_mean,
        panel.residual,
        panel.residual_z,
        panel.is_recused,
        panel.is_recommended,
        coalesce(abs(panel.residual_z) > rules.outlier_z, false) as is_outlier,
        panel.appeal_case,
        panel.is_synthetic
    from panel
    inner join rules on panel.edition = rules.edition
)

select * from judged
