{#-
    Every indicator of every subject, treated and brought to 0 to 100: the treatment draws in outliers or takes
    logarithms, the statistics of what was treated are taken within the class it is compared in, and the method of the
    framework rescales it. The robustness draws do the same with other choices: pipelines/robustness/normalising.py.
-#}
with raw_values as (
    select * from {{ ref('int_indicator_raw') }}
),

nodes as (
    select * from {{ ref('int_framework_node') }}
    where is_leaf
),

bands as (
    select * from {{ ref('framework_bands') }}
),

parameters as (
    {{ parameters(['outlier.skew_max', 'outlier.kurtosis_max']) }}
),

ordered as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        compared_class,
        counted_value,
        row_number() over (
            partition by edition, index_code, node_code, compared_class order by counted_value nulls last, subject_id
        ) as value_order,
        count(counted_value) over (partition by edition, index_code, node_code, compared_class) as value_count
    from raw_values
),

fences as (
    select
        ordered.edition,
        ordered.index_code,
        ordered.node_code,
        ordered.compared_class,
        min(
            case
                when ordered.value_order > floor(nodes.treatment_parameter * ordered.value_count)
                    then ordered.counted_value
            end
        ) as lower_fence,
        max(
            case
                when
                    ordered.value_order
                    <= ordered.value_count - floor(nodes.treatment_parameter * ordered.value_count)
                    then ordered.counted_value
            end
        ) as upper_fence
    from ordered
    inner join nodes
        on
            ordered.edition = nodes.edition
            and ordered.index_code = nodes.index_code
            and ordered.node_code = nodes.node_code
    where nodes.treatment = 'winsorise'
    group by ordered.edition, ordered.index_code, ordered.node_code, ordered.compared_class
),

{{ skew_fences() }},

drawn_in as (
    select
        raw_values.edition,
        raw_values.index_code,
        raw_values.subject_id,
        raw_values.node_code,
        raw_values.compared_class,
        raw_values.raw_value,
        raw_values.counted_value,
        case nodes.treatment
            when 'winsorise' then least(greatest(raw_values.counted_value, fences.lower_fence), fences.upper_fence)
            when 'skew'
                then
                    least(
                        greatest(raw_values.counted_value, skew_fences.lower_fence), skew_fences.upper_fence
                    )
            when 'log' then case when raw_values.counted_value > -1 then ln(raw_values.counted_value + 1) end
            else raw_values.counted_value
        end as treated_value,
        raw_values.absence,
        raw_values.is_imputed,
        raw_values.sample_size,
        raw_values.standard_error,
        raw_values.sampling_law,
        raw_values.null_reason,
        raw_values.is_synthetic
    from raw_values
    inner join nodes
        on
            raw_values.edition = nodes.edition
            and raw_values.index_code = nodes.index_code
            and raw_values.node_code = nodes.node_code
    left join fences
        on
            raw_values.edition = fences.edition
            and raw_values.index_code = fences.index_code
            and raw_values.node_code = fences.node_code
            and raw_values.compared_class = fences.compared_class
    left join skew_fences
        on {{ same_columns('raw_values', 'skew_fences', ['edition', 'index_code', 'node_code', 'compared_class']) }}
),

-- An empty value stays empty: the least and the greatest of a pair leave it out.
treated as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        compared_class,
        raw_value,
        counted_value,
        case when raw_value is not null then treated_value end as treated_value,
        absence,
        is_imputed,
        sample_size,
        standard_error,
        sampling_law,
        null_reason,
        is_synthetic
    from drawn_in
),

ranges as (
    select
        edition,
        index_code,
        node_code,
        compared_class,
        count(*) as value_count,
        min(treated_value) as lowest_value,
        max(treated_value) as highest_value
    from treated
    where treated_value is not null
    group by edition, index_code, node_code, compared_class
),

-- Mean and deviation are taken of places between the lowest and the highest value: no unit is too small or too large.
places as (
    select
        treated.edition,
        treated.index_code,
        treated.node_code,
        treated.compared_class,
        ranges.value_count,
        case
            when ranges.highest_value > ranges.lowest_value
                then
                    (treated.treated_value - ranges.lowest_value) / (ranges.highest_value - ranges.lowest_value)
        end as place
    from treated
    inner join ranges
        on
            treated.edition = ranges.edition
            and treated.index_code = ranges.index_code
            and treated.node_code = ranges.node_code
            and treated.compared_class = ranges.compared_class
    where treated.treated_value is not null
),

means as (
    select
        edition,
        index_code,
        node_code,
        compared_class,
        {{ exact_sum('place') }} / count(*) as mean_place
    from places
    group by edition, index_code, node_code, compared_class
),

deviations as (
    select
        places.edition,
        places.index_code,
        places.node_code,
        places.compared_class,
        means.mean_place,
        case
            when places.value_count > 1
                then
                    sqrt(
                        {{ exact_sum('(places.place - means.mean_place) * (places.place - means.mean_place)') }}
                        / (places.value_count - 1)
                    )
        end as deviation_of_place
    from places
    inner join means
        on
            places.edition = means.edition
            and places.index_code = means.index_code
            and places.node_code = means.node_code
            and places.compared_class = means.compared_class
    group by
        places.edition,
        places.index_code,
        places.node_code,
        places.compared_class,
        places.value_count,
        means.mean_place
),

statistics as (
    select
        ranges.edition,
        ranges.index_code,
        ranges.node_code,
        ranges.compared_class,
        ranges.value_count,
        ranges.lowest_value,
        ranges.highest_value,
        deviations.mean_place,
        deviations.deviation_of_place
    from ranges
    inner join deviations
        on
            ranges.edition = deviations.edition
            and ranges.index_code = deviations.index_code
            and ranges.node_code = deviations.node_code
            and ranges.compared_class = deviations.compared_class
),

described as (
    select
        treated.*,
        nodes.direction,
        nodes.treatment,
        nodes.normalisation,
        -- Goalposts are in the unit of the indicator, and treated as its values are.
        case when nodes.treatment = 'log' then ln(nodes.goal_low + 1) else nodes.goal_low end as goal_low,
        case when nodes.treatment = 'log' then ln(nodes.goal_high + 1) else nodes.goal_high end as goal_high,
        -- The scores between which values are spread, where the framework gives others than 0 and 100.
        case when nodes.normalisation = 'min_max' then coalesce(nodes.goal_low, 0) else 0 end as score_low,
        case when nodes.normalisation = 'min_max' then coalesce(nodes.goal_high, 100) else 100 end as score_high,
        nodes.points_per_unit,
        nodes.weight,
        nodes.is_veto,
        statistics.value_count,
        statistics.lowest_value,
        statistics.highest_value,
        statistics.highest_value - statistics.lowest_value as spread,
        statistics.mean_place,
        statistics.deviation_of_place,
        rank() over (
            partition by treated.edition, treated.index_code, treated.node_code, treated.compared_class
            order by nodes.direction * treated.treated_value desc nulls last
        ) as place_from_best,
        rank() over (
            partition by treated.edition, treated.index_code, treated.node_code, treated.compared_class
            order by nodes.direction * treated.treated_value asc nulls last
        ) as place_from_worst
    from treated
    inner join nodes
        on
            treated.edition = nodes.edition
            and treated.index_code = nodes.index_code
            and treated.node_code = nodes.node_code
    left join statistics
        on
            treated.edition = statistics.edition
            and treated.index_code = statistics.index_code
            and treated.node_code = statistics.node_code
            and treated.compared_class = statistics.compared_class
),

reached_bands as (
    select
        described.edition,
        described.index_code,
        described.subject_id,
        described.node_code,
        max(bands.lower_bound) as lower_bound
    from described
    inner join bands
        on
            described.edition = bands.edition
            and described.index_code = bands.index_code
            and described.node_code = bands.node_code
            and described.treated_value >= bands.lower_bound
    group by described.edition, described.index_code, described.subject_id, described.node_code
),

banded as (
    select
        reached_bands.edition,
        reached_bands.index_code,
        reached_bands.subject_id,
        reached_bands.node_code,
        bands.points
    from reached_bands
    inner join bands
        on
            reached_bands.edition = bands.edition
            and reached_bands.index_code = bands.index_code
            and reached_bands.node_code = bands.node_code
            and reached_bands.lower_bound = bands.lower_bound
),

placed as (
    select
        described.*,
        banded.points,
        -- What is the same for everybody puts everybody in the middle, by every method that compares.
        case
            when
                described.lowest_value = described.highest_value
                and (
                    described.normalisation in ('min_max', 'z_score', 'rank', 'percentile')
                    or (described.normalisation = 'distance_to_best' and described.lowest_value >= 0)
                )
                then 'constant'
            else described.normalisation
        end as way,
        case described.normalisation
            when 'min_max' then 1 / nullif(described.spread, 0)
            when 'goalposts' then 1 / (described.goal_high - described.goal_low)
            when 'given' then cast(0.01 as double)
            when 'deduction' then described.points_per_unit / described.weight
            when 'z_score' then 0.1 / nullif(described.spread * described.deviation_of_place, 0)
            when 'distance_to_best'
                then
                    case
                        when described.direction > 0 then 1 / nullif(described.highest_value, 0)
                        else described.lowest_value / nullif(power(described.treated_value, 2), 0)
                    end
        end
        * (described.score_high - described.score_low) / 100
        * case when described.treatment = 'log' then 1 / nullif(described.counted_value + 1, 0) else 1 end as slope
    from described
    left join banded
        on
            described.edition = banded.edition
            and described.index_code = banded.index_code
            and described.subject_id = banded.subject_id
            and described.node_code = banded.node_code
),

rescaled as (
    select
        *,
        case way
            when 'constant' then (score_low + score_high) / 2
            when 'min_max'
                then
                    score_low
                    + (score_high - score_low)
                    * case when direction > 0 then treated_value - lowest_value else highest_value - treated_value end
                    / nullif(spread, 0)
            when 'goalposts'
                then
                    case
                        when direction > 0
                            then 100 * least(greatest((treated_value - goal_low) / (goal_high - goal_low), 0), 1)
                        else 100 * least(greatest((goal_high - treated_value) / (goal_high - goal_low), 0), 1)
                    end
            when 'z_score'
                then
                    50
                    + 10
                    * direction
                    * ((treated_value - lowest_value) / nullif(spread, 0) - mean_place)
                    / nullif(deviation_of_place, 0)
            when 'rank' then 100 * cast(value_count + 1 - place_from_best as double) / value_count
            -- The share of the others below, of those who are equal one half.
            when 'percentile'
                then
                    50
                    * cast(value_count - 1 + place_from_worst - place_from_best as double)
                    / nullif(value_count - 1, 0)
            when 'distance_to_best'
                then
                    case
                        when lowest_value < 0 then null
                        when direction > 0 then 100 * treated_value / nullif(highest_value, 0)
                        when treated_value = lowest_value then 100
                        else 100 * lowest_value / nullif(treated_value, 0)
                    end
            when 'boolean'
                then
                    case
                        when (treated_value <> 0) = (direction > 0) then cast(100 as double)
                        else cast(0 as double)
                    end
            when 'banded' then points
            when 'deduction' then 100 * (1 - greatest(least(weight, treated_value * points_per_unit), 0) / weight)
            when 'given' then case when direction > 0 then treated_value else 100 - treated_value end
        end as rescaled_value
    from placed
),

normalised as (
    select
        edition,
        index_code,
        subject_id,
        node_code,
        compared_class,
        raw_value,
        counted_value,
        treated_value,
        -- Points already given are not computed: below one they keep their digits.
        case
            when treated_value is null then null
            when way = 'given' and direction > 0 and treatment <> 'log' and abs(rescaled_value) < 1 then rescaled_value
            else round(rescaled_value, 10)
        end as normalised_value,
        absence,
        is_imputed,
        sample_size,
        standard_error,
        sampling_law,
        -- By the delta method; where a method has steps and no slope, a sampled value's error is not known. What ends
        -- at 0 and 100 has a deviation of 50 at most.
        case
            when standard_error = 0 then cast(0 as double)
            when normalisation in ('goalposts', 'deduction') and standard_error is not null
                then least(abs(100 * slope * standard_error), 50)
            else abs(100 * slope * standard_error)
        end as normalised_standard_error,
        coalesce(is_veto and treated_value is not null and round(rescaled_value, 10) = 0, false) as is_vetoed,
        case
            when null_reason is not null then null_reason
            when treated_value is null then 'not_loggable'
            when normalisation = 'distance_to_best' and lowest_value < 0 then 'negative_value'
            when normalisation = 'banded' and points is null then 'below_bands'
        end as null_reason,
        is_synthetic
    from rescaled
)

select * from normalised
