-- The first n ranks of every class of an index, named by code or name (influence, innovation, performance, foreign_language and new_media are the main indices of the series); ties may make more than n. | 某一指数（编码或名称）各组的前 n 名；并列时可能多于 n 行。
create macro top_subjects(wanted_index, n) as table
with indices_named as (
    select distinct edition, index_code, index_name_zh, index_name_en
    from indices.dim_framework_node
),

{{ part('class_places') }}

select
    ranked.edition, ranked.index_code, indices_named.index_name_zh, indices_named.index_name_en, ranked.rank_class,
    ranked.subject_rank, ranked.tied_count, ranked.ranked_count, ranked.subject_id, subjects.subject_name,
    ranked.index_score, ranked.standard_error, ranked.coverage, ranked.is_synthetic
from indices.idx_rank as ranked
left join core.dim_subject as subjects using (edition, subject_id)
left join indices_named using (edition, index_code)
left join class_places on split_part(ranked.rank_class, '/', 1) = class_places.class_part
where
    ranked.subject_rank <= n
    and wanted_index in (ranked.index_code, indices_named.index_name_zh, indices_named.index_name_en)
order by
    ranked.edition, ranked.index_code, class_places.class_place nulls last, ranked.rank_class, ranked.subject_rank,
    ranked.subject_id;
