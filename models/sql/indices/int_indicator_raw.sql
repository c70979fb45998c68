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
        subjects.rank_class,
        leaves.direction,
        -- Nothing at all of the subject may mean that it does not offer the thing; a row without a value never does.
        case
            when found.subject_id is null and leaves.absence <> 'not_measured' then leaves.absence
            else 'not_measured'
        end as absence,
        case
            when found.subject_id is null and leaves.absence <> 'not_measured' then leaves.absent_rule
            else leaves.missing_rule
        end as missing_rule,
        case
            when found.subject_id is null and leaves.absence <> 'not_measured' then leaves.absent_parameter
            else leaves.missing_parameter
        end as missing_parameter,
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
    group by edition, index_code, node_code, compared_class
),

-- The values of a class from the worst on.
placed as (
    select
        edition,
        index_code,
        node_code,
        rank_class,
        raw_value,
        row_number() over (
            partition by edition, index_code, node_code, rank_class order by direction * raw_value, subject_id
        ) as place,
        count(*) over (partition by edition, index_code, node_code, rank_class) as value_count
    from given
    where raw_value is not null
),

spreads as (
    select
        edition,
        index_code,
        node_code,
        rank_class,
        stddev_samp(raw_value) as deviation
    from placed
    group by edition, index_code, node_code, rank_class
),

lows as (
    select
        placed.edition,
        placed.index_code,
        placed.node_code,
        placed.rank_class,
        leaves.missing_parameter,
        max(placed.raw_value) as low_value
    from placed
    inner join leaves
        on
            placed.edition = leaves.edition
            and placed.index_code = leaves.index_code
            and placed.node_code = leaves.node_code
    where
        leaves.missing_rule = 'impute_low'
        and placed.place = greatest(-floor(-round(leaves.missing_parameter * placed.value_count, 9)), 1)
    group by placed.edition, placed.index_code, placed.node_code, placed.rank_class, leaves.missing_parameter
),

filled as (
    select
        given.*,
        case given.missing_rule
            when 'value' then given.missing_parameter
            when 'impute_median' then medians.median_value
            when 'impute_low' then lows.low_value
        end as filled_value,
        case given.missing_rule
            when 'value' then cast(0 as double)
            when 'impute_low' then round(spreads.deviation, 12)
        end as filled_error
    from given
    left join medians
        on
            given.edition = medians.edition
            and given.index_code = medians.index_code
            and given.node_code = medians.node_code
            and given.compared_class = medians.compared_class
    left join lows
        on
            given.edition = lows.edition
            and given.index_code = lows.index_code
            and given.node_code = lows.node_code
            and given.rank_class = lows.rank_class
    left join spreads
        on
            given.edition = spreads.edition
            and given.index_code = spreads.index_code
            and given.node_code = spreads.node_code
            and given.rank_class = spreads.rank_class
),

completed as (
    select
        filled.edition,
        filled.index_code,
        filled.subject_id,
        filled.node_code,
        filled.compared_class,
        coalesce(filled.raw_value, filled.filled_value) as raw_value,
        filled.raw_value is null and filled.filled_value is not null as is_imputed,
        filled.sample_size,
        case when filled.raw_value is null then filled.filled_error else filled.standard_error end as standard_error,
        case
            when filled.raw_value is null and filled.absence <> 'not_measured' then filled.absence
            else filled.null_reason
        end as null_reason,
        filled.is_synthetic
    from filled
    inner join evaluated
        on
            filled.edition = evaluated.edition
            and filled.index_code = evaluated.index_code
            and filled.subject_id = evaluated.subject_id
)

select * from completed
