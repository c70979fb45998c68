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

sized as (
    select
        leaves.edition,
        leaves.index_code,
        leaves.node_code,
        measured.subject_id,
        measured.value,
        measured.sample_size,
        measured.standard_error,
        measured.null_reason,
        measured.is_synthetic,
        leaves.sample_min is null or coalesce(measured.sample_size >= leaves.sample_min, false) as is_enough
    from leaves
    inner join measured on leaves.edition = measured.edition and leaves.measure_code = measured.measure_code
),

-- A value that rests on fewer observations than its node asks for is none.
read_values as (
    select
        edition,
        index_code,
        node_code,
        subject_id,
        case when is_enough then value end as value,
        sample_size,
        case when is_enough then standard_error end as standard_error,
        case when value is null or is_enough then null_reason else 'too_few_observations' end as null_reason,
        is_synthetic
    from sized
),

given as (
    select
        leaves.edition,
        leaves.index_code,
        subjects.subject_id,
        leaves.node_code,
        case when leaves.compared_within = 'class' then subjects.rank_class else 'all' end as compared_class,
        leaves.missing_rule,
        found.value as measured_value,
        denominators.value as denominator_value,
        case
            when leaves.denominator_code is null then found.value
            when denominators.value <> 0 then found.value / denominators.value
        end as raw_value,
        found.sample_size,
        case
            when leaves.denominator_code is null then found.standard_error
            when denominators.value <> 0
                then
                    sqrt(
                        power(found.standard_error / denominators.value, 2)
                        + power(found.value * denominators.standard_error / power(denominators.value, 2), 2)
                    )
        end as standard_error,
        case
            when found.value is null then coalesce(found.null_reason, 'not_measured')
            when leaves.denominator_code is not null and coalesce(denominators.value, 0) = 0 then 'no_denominator'
        end as null_reason,
        subjects.is_synthetic or coalesce(found.is_synthetic, false) as is_synthetic
    from leaves
    inner join subjects
        on leaves.edition = subjects.edition and leaves.index_code = subjects.index_code
    left join read_values as found
        on
            subjects.edition = found.edition
            and subjects.index_code = found.index_code
            and subjects.subject_id = found.subject_id
            and leaves.node_code = found.node_code
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
