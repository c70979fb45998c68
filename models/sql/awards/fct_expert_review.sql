with reviews as (
    select * from {{ ref('int_expert_review_effective') }}
),

series as (
    select * from {{ ref('award_series') }}
),

described as (
    select
        reviews.edition,
        series.series_code,
        reviews.title_code,
        reviews.subject_id,
        reviews.criterion_code,
        reviews.expert_id,
        reviews.score,
        reviews.is_recused,
        reviews.is_recommended,
        reviews.appeal_case,
        reviews.is_synthetic
    from reviews
    inner join series on reviews.edition = series.edition and reviews.series = series.series_number
),

panels as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        criterion_code,
        count(*) as score_count,
        {{ exact_sum('score') }} / count(*) as panel_mean
    from described
    where score is not null
    group by edition, series_code, title_code, subject_id, criterion_code
),

compared as (
    select
        described.*,
        panels.score_count,
        panels.panel_mean
    from described
    left join panels
        on
            described.edition = panels.edition
            and described.series_code = panels.series_code
            and described.title_code = panels.title_code
            and described.subject_id = panels.subject_id
            and described.criterion_code = panels.criterion_code
),

shared as (
    select * from compared
    where score is not null and score_count > 1
),

-- Who sits in several series has one severity, found over all of them, and so ties their panels together.
{{ least_squares_severities('shared') }},

adjusted as (
    select
        compared.*,
        severities.severity,
        compared.score + coalesce(severities.severity, 0) as adjusted_score
    from compared
    left join severities
        on compared.edition = severities.edition and compared.expert_id = severities.expert_id
),

-- The middle of a panel, which one wild score does not move towards itself.
centres as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        criterion_code,
        median(adjusted_score) as median_score,
        {{ exact_sum('adjusted_score') }} / count(*) as mean_score
    from adjusted
    where adjusted_score is not null
    group by edition, series_code, title_code, subject_id, criterion_code
),

left_over as (
    select
        adjusted.*,
        adjusted.adjusted_score - centres.median_score as residual,
        adjusted.adjusted_score - centres.mean_score as mean_residual
    from adjusted
    left join centres
        on
            adjusted.edition = centres.edition
            and adjusted.series_code = centres.series_code
            and adjusted.title_code = centres.title_code
            and adjusted.subject_id = centres.subject_id
            and adjusted.criterion_code = centres.criterion_code
),

-- How far scores lie from their panel as a rule. Taken about the mean: of an odd panel one score is the median itself.
spreads as (
    select
        edition,
        series_code,
        median(abs(mean_residual)) as median_distance
    from left_over
    where mean_residual is not null and score_count > 1
    group by edition, series_code
),

panel as (
    select
        left_over.edition,
        left_over.series_code,
        left_over.title_code,
        left_over.subject_id,
        left_over.criterion_code,
        left_over.expert_id,
        left_over.score,
        left_over.is_recused,
        left_over.is_recommended,
        left_over.appeal_case,
        left_over.is_synthetic,
        left_over.score_count,
        left_over.panel_mean,
        left_over.severity,
        left_over.adjusted_score,
        left_over.residual,
        {{ modified_z('left_over.residual', '0', 'spreads.median_distance') }} as residual_z
    from left_over
    left join spreads on left_over.edition = spreads.edition and left_over.series_code = spreads.series_code
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
        panel.severity,
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
