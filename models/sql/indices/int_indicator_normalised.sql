with treated as (
    select * from {{ ref('int_indicator_treated') }}
),

nodes as (
    select * from {{ ref('int_framework_node') }}
    where is_leaf
),

statistics as (
    select * from {{ ref('int_indicator_statistics') }}
),

bands as (
    select * from {{ ref('framework_bands') }}
),

described as (
    select
        treated.*,
        nodes.direction,
        nodes.treatment,
        nodes.normalisation,
        nodes.goal_low,
        nodes.goal_high,
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
        case described.normalisation
            when 'min_max' then 1 / nullif(described.spread, 0)
            when 'goalposts' then 1 / (described.goal_high - described.goal_low)
            when 'given' then cast(0.01 as double)
            when 'deduction' then described.points_per_unit / described.weight
            when 'z_score' then 0.1 / nullif(described.spread * described.deviation_of_place, 0)
        end as slope
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
        case normalisation
            when 'min_max'
                then
                    case
                        when direction > 0 then 100 * (treated_value - lowest_value) / nullif(spread, 0)
                        else 100 * (highest_value - treated_value) / nullif(spread, 0)
                    end
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
            when 'percentile' then 100 * cast(place_from_worst - 1 as double) / nullif(value_count - 1, 0)
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
            when 'banded' then coalesce(points, 0)
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
        treated_value,
        case when treated_value is not null then round(rescaled_value, 10) end as normalised_value,
        is_imputed,
        sample_size,
        standard_error,
        case when treatment <> 'log' then round(100 * slope * standard_error, 10) end as normalised_standard_error,
        coalesce(is_veto and treated_value is not null and round(rescaled_value, 10) = 0, false) as is_vetoed,
        case
            when null_reason is not null then null_reason
            when treated_value is null then 'not_loggable'
            when normalisation = 'distance_to_best' and lowest_value < 0 then 'negative_value'
            when rescaled_value is null then 'no_spread'
        end as null_reason,
        is_synthetic
    from rescaled
)

select * from normalised
