with quotas as (
    select * from {{ ref('award_quotas') }}
),

titles as (
    select * from {{ ref('award_title') }}
),

terms as (
    select * from {{ ref('award_terms') }}
    where term_kind = 'class_outcome'
),

candidates as (
    select
        edition,
        series_code,
        title_code,
        rank_class,
        count(*) as candidate_count,
        count(case when is_eligible then 1 end) as eligible_count,
        count(case when is_winner then 1 end) as winner_count,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_award_decided') }}
    group by edition, series_code, title_code, rank_class
),

counted as (
    select
        quotas.edition,
        quotas.series_code,
        quotas.title_code,
        quotas.rank_class,
        quotas.class_name_zh,
        quotas.class_name_en,
        quotas.quota,
        titles.threshold_score,
        coalesce(candidates.candidate_count, 0) as candidate_count,
        coalesce(candidates.eligible_count, 0) as eligible_count,
        coalesce(candidates.winner_count, 0) as winner_count,
        coalesce(candidates.is_synthetic, false) as is_synthetic
    from quotas
    inner join titles
        on {{ same_columns('quotas', 'titles', ['edition', 'series_code', 'title_code']) }}
    left join candidates
        on {{ same_columns('quotas', 'candidates', ['edition', 'series_code', 'title_code', 'rank_class']) }}
),

judged as (
    select
        *,
        case
            when winner_count = 0 then 'empty'
            when winner_count < quota then 'short'
            when winner_count > quota then 'shared'
            else 'filled'
        end as class_outcome
    from counted
),

worded as (
    select
        judged.edition,
        judged.series_code,
        judged.title_code,
        judged.rank_class,
        judged.class_name_zh,
        judged.class_name_en,
        judged.quota,
        judged.threshold_score,
        judged.candidate_count,
        judged.eligible_count,
        judged.winner_count,
        judged.class_outcome,
        terms.text_zh as reason_zh,
        terms.text_en as reason_en,
        judged.is_synthetic
    from judged
    inner join terms on judged.class_outcome = terms.term_code
)

select * from worded
