-- Every rank of a subject, named by id or name: one row an edition and index, with the reason where it has none. | 某一对象（编号或名称）的全部名次，每年度每个指数一行；没有名次的给出原因。
create macro ranks_of(wanted) as table
with indices_named as (
    select distinct edition, index_code, index_name_zh, index_name_en
    from indices.dim_framework_node
)

select
    ranked.edition, ranked.index_code, indices_named.index_name_zh, indices_named.index_name_en,
    ranked.subject_id, subjects.subject_name, ranked.rank_class, ranked.subject_rank, ranked.tied_count,
    ranked.ranked_count, ranked.index_score, ranked.standard_error, ranked.coverage, ranked.is_passed,
    ranked.is_vetoed, ranked.null_reason, ranked.is_synthetic
from indices.idx_rank as ranked
inner join core.dim_subject as subjects using (edition, subject_id)
left join indices_named using (edition, index_code)
where subjects.subject_id = wanted or subjects.subject_name = wanted or subjects.site_code = wanted
order by ranked.edition, ranked.index_code, ranked.subject_id;
