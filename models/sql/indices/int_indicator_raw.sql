with leaves as (
    select * from {{ ref('int_framework_node') }}
    where is_leaf
),

subjects as (
    select * from {{ ref('int_framework_subject') }}
),

measured as (
    select * from {{ ref('int_measure_value') }}
),

given as (
    select
        leaves.edition,
        leaves.index_code,
        subjects.subject_id,
        leaves.node_code,
        case when leaves.compared_within = 'class' then subjects.rank_class else 'all' end as compared_class,
        leaves.missing_rule,
        measured.value as measured_value,
        denominators.value as denominator_value,
        case
            when leaves.denominator_code is null then measured.value
            when denominators.value <> 0 then measured.value / denominators.value
        end as raw_value,
        measured.sample_size,
        case
            when leaves.denominator_code is null then measured.standard_error
            when denominators.value <> 0 then abs(measured.standard_error / denominators.value)
        end as standard_error,
        case
            when measured.value is null then coalesce(measured.null_reason, 'not_measured')
            when leaves.denominator_code is not null and coalesce(denominators.value, 0) = 0 then 'no_denominator'
        end as null_reason,
        subjects.is_synthetic or coalesce(measured.is_synthetic, false) as is_synthetic
    from leaves
    inner join subjects
        on leaves.edition = subjects.edition and leaves.index_code = subjects.index_code
    left join measured
        on
            subjects.edition = measured.edition
            and subjects.subject_id = measured.subject_id
            and leaves.measure_code = measured.measure_code
    left join measured as denominators
        on
            subjects.edition = denominators.edition
            and subjects.subject_id = denominators.subject_id
            and leaves.denominator_code = denominators.measure_code
),

evaluated as (
    select
        edition,
        index_code,
        subject_id
    from given
    where raw_value is not null
    group by edition, index_code, subject_id
),

medians as (
    select
        edition,
        index_code,
        node_code,
        compared_class,
        median(raw_value) as median_value
    from given
    where missing_rule = 'impute_median'
    group by edition, index_code, node_code, compared_class
),

completed as (
    select
        given.edition,
        given.index_code,
        given.subject_id,
        given.node_code,
        given.compared_class,
        coalesce(given.raw_value, medians.median_value) as raw_value,
        given.raw_value is null and medians.median_value is not null as is_imputed,
        given.sample_size,
        given.standard_error,
        given.null_reason,
        given.is_synthetic
    from given
    inner join evaluated
        on
            given.edition = evaluated.edition
            and given.index_code = evaluated.index_code
            and given.subject_id = evaluated.subject_id
    left join medians
        on
            given.edition = medians.edition
            and given.index_code = medians.index_code
            and given.node_code = medians.node_code
            and given.compared_class = medians.compared_class
)

select * from completed
