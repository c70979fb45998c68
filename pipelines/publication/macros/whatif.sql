-- Ranks and scores under other weights, by the very models that score an edition: give the name of a table of index_code, node_code and weight (points, or shares where siblings are weighed equally or by data); siblings that are not named keep theirs. Needs DuckDB 1.2 or later. | 以另一套权重重新计分排名（与年度计分同一套模型）：参数为含 index_code、node_code、weight 三列的表名；weight 为分值，等权或按数据赋权者为占比；未列出的同级指标保持原权重。需 DuckDB 1.2 以上。
create macro whatif(weight_table) as table
with given_weights as (
    select index_code, node_code, cast(weight as double) as weight
    from query_table(weight_table)
),

int_framework_node as (
    select *
    from indices.dim_framework_node
    where index_code in (select index_code from given_weights)
),

frameworks as (
    select edition, index_code, score_scale, tied_within
    from int_framework_node
    where parent_code is null
),

published as (
    select *
    from indices.idx_rank
    where index_code in (select index_code from given_weights)
),

int_framework_subject as (
    select edition, index_code, subject_id, rank_class, is_synthetic
    from published
),

int_indicator_normalised as (
    select
        edition, index_code, subject_id, node_code,
        score as normalised_value,
        standard_error as normalised_standard_error,
        absence, is_imputed, is_vetoed, null_reason, is_synthetic
    from indices.idx_score
    where is_leaf and index_code in (select index_code from given_weights)
),

-- What a weight is measured in: points where they were given, and shares where siblings are equal or weighed by data.
siblings as (
    select
        children.edition, children.index_code, children.parent_code, children.node_code, children.weight_share,
        case
            when parents.weighting in ('given', 'relative') then children.weight
            else children.weight_share
        end as present_weight,
        given_weights.weight as new_weight
    from int_framework_node as children
    inner join int_framework_node as parents
        on children.edition = parents.edition and children.index_code = parents.index_code
        and children.parent_code = parents.node_code
    left join given_weights
        on children.index_code = given_weights.index_code and children.node_code = given_weights.node_code
    where children.weight_share is not null
),

-- Where nothing changes, shares stay as they were published, to the last digit.
int_node_weight as (
    select
        edition, index_code, parent_code, node_code,
        case
            when bool_or(new_weight <> present_weight) over (partition by edition, index_code, parent_code)
                then
                    coalesce(new_weight, present_weight)
                    / sum(coalesce(new_weight, present_weight)) over (partition by edition, index_code, parent_code)
            else weight_share
        end as weight_share
    from siblings
),

int_node_score as (
{{ model('int_node_score') }}
),

reranked as (
{{ model('idx_rank') }}
),

-- Published numbers have twelve digits: what comes out of them within their last is what was published.
compared as (
    select
        published.*, published.index_score as published_score,
        case
            when abs(reranked.index_score - published.index_score) < 0.000000001 then published.index_score
            else reranked.index_score
        end as new_score,
        reranked.subject_rank as new_rank, reranked.is_passed as is_passed_now,
        reranked.null_reason as new_null_reason
    from published
    inner join reranked using (edition, index_code, subject_id)
),

{{ part('class_places') }}

select
    compared.edition, compared.index_code, compared.rank_class,
    compared.subject_id, subjects.subject_name,
    compared.published_score,
    compared.new_score,
    compared.new_score - compared.published_score as score_change,
    compared.subject_rank as published_rank,
    compared.new_rank,
    compared.subject_rank - compared.new_rank as places_gained,
    compared.ranked_count, compared.is_passed as was_passed, compared.is_passed_now as is_passed,
    compared.new_null_reason as null_reason, compared.is_synthetic
from compared
left join core.dim_subject as subjects using (edition, subject_id)
left join class_places on split_part(compared.rank_class, '/', 1) = class_places.class_part
order by
    compared.edition, compared.index_code, class_places.class_place nulls last, compared.rank_class,
    compared.new_rank nulls last, compared.subject_id;
