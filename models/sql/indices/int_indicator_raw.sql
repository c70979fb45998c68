with leaves as (
    select
        *,
        -- Points are compared among experts, so severity comes out of them; what they found is read as they gave it.
        case
            when
                measure_code like 'review.%'
                and (is_veto or normalisation in ('boolean', 'banded', 'deduction'))
                then concat('found.', substring(measure_code, 8))
            else measure_code
        end as read_code
    from {{ ref('int_framework_node') }}
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
        measured.sampling_law,
        measured.null_reason,
        measured.is_synthetic,
        leaves.sample_min is null or coalesce(measured.sample_size >= leaves.sample_min, false) as is_enough
    from leaves
    inner join measured on leaves.edition = measured.edition and leaves.read_code = measured.measure_code
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
        sampling_law,
        case when value is null or is_enough then null_reason else 'too_few_observations' end as null_reason,
        is_synthetic
    from sized
),

absences as (
    select * from {{ ref('framework_absences') }}
    where subjects <> '*'
),

-- What is said of some kinds or single subjects goes before what is said of all.
said as (
    select
        leaves.edition,
        leaves.index_code,
        leaves.node_code,
        subjects.subject_id,
        absences.absence,
        absences.missing_rule,
        absences.missing_parameter,
        row_number() over (
            partition by leaves.edition, leaves.index_code, leaves.node_code, subjects.subject_id
            order by
                case when {{ is_listed('subjects.subject_id', 'absences.subjects') }} then 0 else 1 end,
                case when absences.index_code = leaves.index_code then 0 else 1 end,
                case when absences.measure = leaves.measure_code then 0 else 1 end,
                absences.absence
        ) as nearness
    from leaves
    inner join absences
        on
            leaves.edition = absences.edition
            and absences.index_code in (leaves.index_code, '*')
            and absences.measure in (leaves.measure_code, split_part(leaves.measure_code, '.', 1))
    inner join subjects
        on
            leaves.edition = subjects.edition
            and leaves.index_code = subjects.index_code
            and (
                {{ is_listed('subjects.subject_kind', 'absences.subjects') }}
                or {{ is_listed('subjects.subject_id', 'absences.subjects') }}
            )
    where not leaves.is_veto
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
            when said.subject_id is not null then said.absence
            when found.subject_id is null and leaves.absence <> 'not_measured' then leaves.absence
            else 'not_measured'
        end as absence,
        case
            when said.subject_id is not null then said.missing_rule
            when found.subject_id is null and leaves.absence <> 'not_measured' then leaves.absent_rule
            else leaves.missing_rule
        end as missing_rule,
        case
            when said.subject_id is not null then said.missing_parameter
            when found.subject_id is null then leaves.absent_parameter
        end as missing_parameter,
        leaves.missing_rule = 'impute_worst' as is_drawn_in,
        -- What does not apply never counts, measured or not: otherwise leaving it out would change something.
        case
            when said.absence = 'not_applicable' then null
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
        case when leaves.denominator_code is null then found.sampling_law end as sampling_law,
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
    left join said
        on
            subjects.edition = said.edition
            and subjects.index_code = said.index_code
            and subjects.subject_id = said.subject_id
            and leaves.node_code = said.node_code
            and said.nearness = 1
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

-- The values of a class from the worst on, and those of everybody.
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
        row_number() over (
            partition by edition, index_code, node_code order by direction * raw_value, subject_id
        ) as place_of_all
    from given
    where raw_value is not null
),

lows as (
    select
        edition,
        index_code,
        node_code,
        rank_class,
        max(case when place = 1 then raw_value end) as worst_value,
        max(case when place = 2 then raw_value end) as next_value,
        stddev_samp(raw_value) as deviation
    from placed
    group by edition, index_code, node_code, rank_class
),

lows_of_all as (
    select
        edition,
        index_code,
        node_code,
        max(case when place_of_all = 1 then raw_value end) as worst_value,
        stddev_samp(raw_value) as deviation
    from placed
    group by edition, index_code, node_code
),

filled as (
    select
        given.*,
        case given.missing_rule
            when 'value' then given.missing_parameter
            when 'impute_median' then medians.median_value
            when 'impute_worst' then coalesce(lows.worst_value, lows_of_all.worst_value)
        end as filled_value,
        case given.missing_rule
            when 'value' then cast(0 as double)
            when 'impute_worst'
                then round(case when lows.node_code is null then lows_of_all.deviation else lows.deviation end, 12)
        end as filled_error,
        case when given.is_drawn_in then lows.next_value end as next_value
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
    left join lows_of_all
        on
            given.edition = lows_of_all.edition
            and given.index_code = lows_of_all.index_code
            and given.node_code = lows_of_all.node_code
),

completed as (
    select
        filled.edition,
        filled.index_code,
        filled.subject_id,
        filled.node_code,
        filled.compared_class,
        coalesce(filled.raw_value, filled.filled_value) as raw_value,
        -- Who alone is the worst counts as the next one: without the own value the next one's would stand in for it.
        case
            when filled.raw_value is null then filled.filled_value
            when filled.next_value is null then filled.raw_value
            when filled.direction > 0 then greatest(filled.raw_value, filled.next_value)
            else least(filled.raw_value, filled.next_value)
        end as counted_value,
        case when filled.raw_value is null then filled.absence end as absence,
        filled.raw_value is null and filled.filled_value is not null as is_imputed,
        filled.sample_size,
        case when filled.raw_value is null then filled.filled_error else filled.standard_error end as standard_error,
        case when filled.raw_value is not null then filled.sampling_law end as sampling_law,
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
