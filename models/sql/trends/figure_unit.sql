with figures as (
    select
        edition,
        figure_id,
        trend_table,
        measure,
        breakdown,
        group_code
    from {{ ref('figures') }}
),

{{ units_in_cells(wanted='figures') }},

-- A unit that adds nothing on either side of the line is none of the figure's.
figure_units as (
    select
        figures.edition,
        figures.figure_id,
        counted.unit_code,
        cast(sum(counted.above) as bigint) as numerator_count,
        cast(sum(counted.below) as bigint) as denominator_count,
        bool_or(counted.is_synthetic) as is_synthetic
    from figures
    inner join counted
        on
            figures.edition = counted.edition
            and figures.trend_table = counted.trend_table
            and figures.measure = counted.measure
            and figures.breakdown = counted.breakdown
            and figures.group_code = counted.group_code
    where counted.above <> 0 or counted.below <> 0
    group by figures.edition, figures.figure_id, counted.unit_code
)

select * from figure_units
