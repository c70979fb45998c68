-- One division (the nation, a province, a prefecture) with what was found in it, all divisions below included. | 每行一个区划（全国、省级、地级）：含其下级的评估情况。
-- edition: Edition (year) of the evaluation. | 评估年度。
-- region_code: Code of the division. | 区划代码。
-- name_zh: Name in Chinese. | 区划名称。
-- name_en: Name in English. | 英文名称。
-- level: national, province or prefecture. | 区划层级。
-- parent_code: Division it belongs to directly. | 上级区划代码。
-- province_code: Provincial division it belongs to. | 所属省级区划代码。
-- site_count: Websites that are registered. | 登记网站数。
-- running_site_count: Websites that were not closed. | 正在运行的网站数。
-- ranked_count: Subjects that are ranked in an index. | 有名次的对象数。
-- winner_count: Subjects that won a title. | 获评对象数。
-- title_count: Titles they won. | 获评奖项数。
-- inspected_count: Spot checks with a verdict. | 有结论的抽查次数。
-- passed_count: Spot checks that passed. | 抽查合格次数。
-- passed_share: Share of spot checks that passed, 0 to 1. | 抽查合格率，0 至 1。
-- failed_count: Spot checks that failed. | 抽查不合格次数。
-- mended_count: Failed checks after which a later one passed. | 不合格后复查合格次数。
-- median_days_to_mend: Median days from a failed check to the first later one that passed. | 自不合格至首次复查合格天数的中位数。
-- indices: Each index: code, how many are ranked, mean score, how many are in the best tenth of their class. | 各指数：编码、参与排名数、平均得分、居本组前十分之一的对象数。
-- is_synthetic: Whether the row rests on generated data. | 是否含合成数据。
create view core.region_card as
with {{ part('followed') }},

-- A subject counts in its own division and in every one above it.
places as (
    select distinct subjects.edition, subjects.subject_id, subjects.subject_kind, subjects.is_running,
        subjects.is_synthetic,
        unnest([subjects.region_code, regions.parent_code, subjects.province_code, '000000']) as region_code
    from core.dim_subject as subjects
    left join core.dim_region as regions
        on subjects.edition = regions.edition and subjects.region_code = regions.region_code
),

ranked as (
    select edition, subject_id, count(subject_rank) > 0 as is_ranked
    from indices.idx_rank
    group by edition, subject_id
),

won as (
    select edition, subject_id, count(*) as title_count
    from awards.award_winner
    group by edition, subject_id
),

counted as (
    select
        places.edition, places.region_code,
        count(*) filter (where places.subject_kind = 'website') as site_count,
        count(*) filter (where places.subject_kind = 'website' and places.is_running) as running_site_count,
        count(*) filter (where ranked.is_ranked) as ranked_count,
        count(won.title_count) as winner_count,
        coalesce(sum(won.title_count), 0) as title_count,
        bool_or(places.is_synthetic) as is_synthetic
    from places
    left join ranked using (edition, subject_id)
    left join won using (edition, subject_id)
    group by places.edition, places.region_code
),

checked as (
    select
        places.edition, places.region_code,
        count(followed.is_passed) as inspected_count,
        count(*) filter (where followed.is_passed) as passed_count,
        count(*) filter (where not followed.is_passed) as failed_count,
        count(followed.mended_date) as mended_count,
        median(date_diff('day', followed.inspected_date, followed.mended_date)) as median_days_to_mend
    from places
    inner join followed using (edition, subject_id)
    group by places.edition, places.region_code
),

by_index as (
    select
        places.edition, places.region_code, ranks.index_code,
        count(*) as ranked_count,
        avg(ranks.index_score) as mean_score,
        count(*) filter (where ranks.subject_rank <= ceil(ranks.ranked_count / 10)) as best_tenth_count
    from places
    inner join indices.idx_rank as ranks using (edition, subject_id)
    where ranks.subject_rank is not null
    group by places.edition, places.region_code, ranks.index_code
),

indices_of as (
    select
        edition, region_code,
        list(
            {
                'index_code': index_code,
                'ranked_count': ranked_count,
                'mean_score': mean_score,
                'best_tenth_count': best_tenth_count
            }
            order by index_code
        ) as indices
    from by_index
    group by edition, region_code
)

select
    regions.edition, regions.region_code, regions.name_zh, regions.name_en, regions.level, regions.parent_code,
    regions.province_code, counted.site_count, counted.running_site_count, counted.ranked_count,
    counted.winner_count, counted.title_count,
    coalesce(checked.inspected_count, 0) as inspected_count, coalesce(checked.passed_count, 0) as passed_count,
    checked.passed_count / nullif(checked.inspected_count, 0) as passed_share,
    coalesce(checked.failed_count, 0) as failed_count, coalesce(checked.mended_count, 0) as mended_count,
    checked.median_days_to_mend, coalesce(indices_of.indices, []) as indices, counted.is_synthetic
from core.dim_region as regions
inner join counted on regions.edition = counted.edition and regions.region_code = counted.region_code
left join checked on regions.edition = checked.edition and regions.region_code = checked.region_code
left join indices_of on regions.edition = indices_of.edition and regions.region_code = indices_of.region_code
where regions.level in ('national', 'province', 'prefecture');
