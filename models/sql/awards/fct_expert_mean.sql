with reviews as (
    select * from {{ ref('fct_expert_review') }}
),

means as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        criterion_code,
        count(score) as review_count,
        count(case when is_recused then 1 end) as recused_count,
        {{ exact_sum('score') }} / nullif(count(score), 0) as raw_mean,
        {{ exact_sum('adjusted_score') }} / nullif(count(score), 0) as adjusted_mean,
        round(stddev_samp(adjusted_score) / sqrt(count(score)), 6) as standard_error,
        count(case when is_outlier then 1 end) as outlier_count,
        bool_or(is_synthetic) as is_synthetic
    from reviews
    group by edition, series_code, title_code, subject_id, criterion_code
)

select * from means
