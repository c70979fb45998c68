-- One subject that is ranked in an index or was considered for a title, with what a report card says of it. | 每行一个有名次或参评奖项的对象：体检报告所载内容。
-- edition: Edition (year) of the evaluation. | 评估年度。
-- subject_id: The subject, as everywhere. | 评估对象标识。
-- subject_name: Name of the subject. | 对象名称。
-- subject_kind: Kind of subject, such as website. | 对象类别。
-- level: Level of the site, or the class a unit is compared in. | 网站层级；单位为其比较类别。
-- organiser_name: Body that runs it. | 主办单位。
-- region_code: Division it lies in. | 所在区划代码。
-- region_name_zh: Name of that division. | 所在区划名称。
-- province_code: Provincial division it lies in. | 所在省级区划代码。
-- province_name_zh: Name of the provincial division. | 所在省级区划名称。
-- ranked_index_count: Indices it is ranked in. | 参与排名的指数个数。
-- ranks: Every index it was scored in: code, names, class, rank, how many are ranked, score, coverage, the 90% interval of the rank, and why there is no rank. | 各指数：编码、名称、组别、名次、参与排名数、得分、权重覆盖、名次 90% 区间、未排名原因。
-- best_rank_share: The best of its ranks as a share of those ranked, 0 to 1. | 各指数中最优名次占参与排名对象数之比，0 至 1。
-- candidate_count: Titles it was considered for. | 参评奖项个数。
-- titles: Titles it won in the edition. | 本届获评奖项。
-- earlier_title_count: Titles it won in earlier editions. | 往届获奖次数。
-- inspected_count: Spot checks. | 抽查次数。
-- failed_count: Spot checks that failed. | 抽查不合格次数。
-- last_inspected_date: Day of the last spot check. | 最近一次抽查日期。
-- mended_count: Failed checks after which a later one passed. | 不合格后复查合格次数。
-- mean_days_to_mend: Mean days from a failed check to the first later one that passed. | 自不合格至首次复查合格的平均天数。
-- is_synthetic: Whether the row rests on generated data. | 是否含合成数据。
create view core.subject_card as
with {{ part('followed') }},

names as (
    select edition, index_code, index_name_zh, index_name_en
    from indices.dim_framework_node
    where parent_code is null
),

ranked as (
    select
        ranks.edition, ranks.subject_id,
        count(ranks.subject_rank) as ranked_index_count,
        min(ranks.subject_rank / ranks.ranked_count) as best_rank_share,
        list(
            {
                'index_code': ranks.index_code,
                'index_name_zh': names.index_name_zh,
                'index_name_en': names.index_name_en,
                'rank_class': ranks.rank_class,
                'subject_rank': ranks.subject_rank,
                'ranked_count': ranks.ranked_count,
                'index_score': ranks.index_score,
                'coverage': ranks.coverage,
                'rank_p05': spans.rank_p05,
                'rank_p95': spans.rank_p95,
                'null_reason': ranks.null_reason
            }
            order by ranks.index_code
        ) as ranks
    from indices.idx_rank as ranks
    left join names using (edition, index_code)
    left join indices.idx_rank_interval as spans using (edition, index_code, subject_id)
    group by ranks.edition, ranks.subject_id
),

considered as (
    select
        candidates.edition, candidates.subject_id,
        count(*) as candidate_count,
        list(titles.title_name_zh order by titles.series_number, titles.title_order)
            filter (where candidates.is_winner) as titles
    from awards.award_candidate as candidates
    left join awards.award_title as titles using (edition, series_code, title_code)
    group by candidates.edition, candidates.subject_id
),

held as (
    select edition, present_subject_id as subject_id, count(*) as earlier_title_count
    from awards.award_history
    group by edition, present_subject_id
),

checked as (
    select
        edition, subject_id,
        count(*) as inspected_count,
        count(*) filter (where not is_passed) as failed_count,
        max(inspected_date) as last_inspected_date,
        count(mended_date) as mended_count,
        avg(date_diff('day', inspected_date, mended_date)) as mean_days_to_mend
    from followed
    group by edition, subject_id
)

select
    subjects.edition, subjects.subject_id, subjects.subject_name, subjects.subject_kind, subjects.level,
    subjects.organiser_name, subjects.region_code, regions.name_zh as region_name_zh,
    subjects.province_code, provinces.name_zh as province_name_zh,
    coalesce(ranked.ranked_index_count, 0) as ranked_index_count, ranked.ranks, ranked.best_rank_share,
    coalesce(considered.candidate_count, 0) as candidate_count, coalesce(considered.titles, []) as titles,
    coalesce(held.earlier_title_count, 0) as earlier_title_count,
    coalesce(checked.inspected_count, 0) as inspected_count, coalesce(checked.failed_count, 0) as failed_count,
    checked.last_inspected_date, coalesce(checked.mended_count, 0) as mended_count, checked.mean_days_to_mend,
    subjects.is_synthetic
from core.dim_subject as subjects
left join core.dim_region as regions
    on subjects.edition = regions.edition and subjects.region_code = regions.region_code
left join core.dim_region as provinces
    on subjects.edition = provinces.edition and subjects.province_code = provinces.region_code
left join ranked on subjects.edition = ranked.edition and subjects.subject_id = ranked.subject_id
left join considered on subjects.edition = considered.edition and subjects.subject_id = considered.subject_id
left join held on subjects.edition = held.edition and subjects.subject_id = held.subject_id
left join checked on subjects.edition = checked.edition and subjects.subject_id = checked.subject_id
where ranked.ranked_index_count > 0 or considered.candidate_count > 0;
