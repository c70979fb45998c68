with reviews as (
    select * from {{ ref('fct_expert_review') }}
),

rules as (
    select * from {{ ref('award_panel_rules') }}
),

severities as (
    select distinct
        edition,
        series_code,
        expert_id,
        severity
    from reviews
),

middles as (
    select
        edition,
        series_code,
        median(severity) as median_severity
    from severities
    where severity is not null
    group by edition, series_code
),

spreads as (
    select
        severities.edition,
        severities.series_code,
        middles.median_severity,
        median(abs(severities.severity - middles.median_severity)) as median_distance
    from severities
    inner join middles on severities.edition = middles.edition and severities.series_code = middles.series_code
    where severities.severity is not null
    group by severities.edition, severities.series_code, middles.median_severity
),

counted as (
    select
        edition,
        series_code,
        expert_id,
        count(score) as review_count,
        count(distinct case when is_recused then subject_id end) as recused_count,
        {{ exact_sum('score') }} / nullif(count(score), 0) as raw_mean,
        count(case when is_outlier then 1 end) as outlier_count,
        bool_or(is_synthetic) as is_synthetic
    from reviews
    group by edition, series_code, expert_id
),

standardised as (
    select
        counted.*,
        severities.severity,
        {{ modified_z('severities.severity', 'spreads.median_severity', 'spreads.median_distance') }} as severity_z
    from counted
    inner join severities
        on {{ same_columns('counted', 'severities', ['edition', 'series_code', 'expert_id']) }}
    left join spreads on counted.edition = spreads.edition and counted.series_code = spreads.series_code
),

judged as (
    select
        standardised.edition,
        standardised.series_code,
        standardised.expert_id,
        standardised.review_count,
        standardised.recused_count,
        standardised.raw_mean,
        standardised.severity,
        standardised.severity_z,
        standardised.outlier_count,
        coalesce(abs(standardised.severity_z) > rules.outlier_z, false) as is_outlier,
        standardised.is_synthetic
    from standardised
    inner join rules on standardised.edition = rules.edition
)

select * from judged
