with figures as (
    select
        *,
        row_number() over (partition by figure_id order by edition) as edition_order
    from {{ ref('figure') }}
    where computed is not null
),

breaks as (
    select * from {{ ref('figure_breaks') }}
),

placed as (
    select
        present.figure_id,
        present.edition,
        present.trend,
        present.name_zh,
        present.name_en,
        present.unit,
        present.as_of,
        present.trend_table,
        present.measure,
        present.numerator,
        present.denominator,
        present.computed,
        present.published,
        earlier.edition as earlier_edition,
        earlier.as_of as earlier_as_of,
        earlier.computed as earlier_computed,
        present.computed - earlier.computed as difference,
        present.is_synthetic or coalesce(earlier.is_synthetic, false) as is_synthetic
    from figures as present
    left join figures as earlier
        on present.figure_id = earlier.figure_id and present.edition_order = earlier.edition_order + 1
),

marked as (
    select
        placed.figure_id,
        placed.edition,
        placed.trend,
        placed.name_zh,
        placed.name_en,
        placed.unit,
        placed.as_of,
        placed.numerator,
        placed.denominator,
        placed.computed,
        placed.published,
        placed.earlier_edition,
        placed.earlier_as_of,
        placed.earlier_computed,
        placed.difference,
        count(breaks.break_id) > 0 as is_break,
        min(breaks.break_id) as break_id,
        min(breaks.reason_zh) as break_zh,
        min(breaks.reason_en) as break_en,
        placed.is_synthetic
    from placed
    left join breaks
        on
            placed.trend_table = breaks.trend_table
            and (breaks.measure = '*' or placed.measure = breaks.measure)
            and placed.edition >= breaks.first_edition
            and placed.earlier_edition < breaks.first_edition
    group by
        placed.figure_id, placed.edition, placed.trend, placed.name_zh, placed.name_en, placed.unit, placed.as_of,
        placed.numerator, placed.denominator, placed.computed, placed.published, placed.earlier_edition,
        placed.earlier_as_of, placed.earlier_computed, placed.difference, placed.is_synthetic
)

select * from marked
