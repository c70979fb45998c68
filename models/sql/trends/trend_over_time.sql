with cells as (
    select * from {{ ref('trend_cell') }}
),

breaks as (
    select * from {{ ref('figure_breaks') }}
),

-- What describes a part of an edition, such as a month, has no counterpart in another.
lasting as (
    select
        *,
        row_number() over (
            partition by trend_table, measure, breakdown, group_code order by edition
        ) as edition_order
    from cells
    where period is null
),

paired as (
    select
        present.edition,
        present.trend_table,
        present.measure,
        present.breakdown,
        present.group_code,
        present.group_name_zh,
        present.group_name_en,
        present.numerator,
        present.denominator,
        present.value,
        earlier.edition as earlier_edition,
        earlier.numerator as earlier_numerator,
        earlier.denominator as earlier_denominator,
        earlier.value as earlier_value,
        present.is_synthetic or earlier.is_synthetic as is_synthetic
    from lasting as present
    inner join lasting as earlier
        on
            present.trend_table = earlier.trend_table
            and present.measure = earlier.measure
            and present.breakdown = earlier.breakdown
            and present.group_code = earlier.group_code
            and present.edition_order = earlier.edition_order + 1
),

marked as (
    select
        paired.edition,
        paired.trend_table,
        paired.measure,
        paired.breakdown,
        paired.group_code,
        paired.group_name_zh,
        paired.group_name_en,
        paired.numerator,
        paired.denominator,
        paired.value,
        paired.earlier_edition,
        paired.earlier_numerator,
        paired.earlier_denominator,
        paired.earlier_value,
        paired.value - paired.earlier_value as difference,
        {{ share('paired.value - paired.earlier_value', 'paired.earlier_value') }} as change_share,
        count(breaks.break_id) > 0 as is_break,
        min(breaks.break_id) as break_id,
        min(breaks.reason_zh) as break_zh,
        min(breaks.reason_en) as break_en,
        paired.is_synthetic
    from paired
    left join breaks
        on
            paired.trend_table = breaks.trend_table
            and (breaks.measure = '*' or paired.measure = breaks.measure)
            and paired.edition >= breaks.first_edition
            and paired.earlier_edition < breaks.first_edition
    group by
        paired.edition, paired.trend_table, paired.measure, paired.breakdown, paired.group_code,
        paired.group_name_zh, paired.group_name_en, paired.numerator, paired.denominator, paired.value,
        paired.earlier_edition, paired.earlier_numerator, paired.earlier_denominator, paired.earlier_value,
        paired.is_synthetic
)

select * from marked
