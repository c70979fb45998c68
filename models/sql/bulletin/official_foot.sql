with foots as (
    select * from {{ ref('official_foots') }}
),

terms as (
    select * from {{ ref('official_foot_terms') }}
),

provinces as (
    select distinct region_code
    from {{ ref('divisions') }}
    where level = 'province'
),

numbers as (
    select
        series.series_code,
        series.as_of,
        series.group_code,
        series.value,
        provinces.region_code is not null as is_province
    from {{ ref('official_series') }} as series
    left join provinces on series.group_code = provinces.region_code
),

placed as (
    select
        terms.foot_code,
        terms.term_order,
        terms.side,
        terms.factor * numbers.value as value
    from terms
    left join numbers
        on
            terms.series_code = numbers.series_code
            and terms.as_of = numbers.as_of
            and (
                terms.group_code = numbers.group_code
                or (terms.group_code = 'each_province' and numbers.is_province)
            )
),

added as (
    select
        foot_code,
        count(case when side = 'part' then value end) as part_count,
        count(case when value is null then 1 end) as missing_count,
        {{ exact_sum("case when side = 'part' then value end") }} as parts_value,
        {{ exact_sum("case when side = 'divisor' then value end") }} as divisor_value,
        {{ exact_sum("case when side = 'stated' then value end") }} as stated_value
    from placed
    group by foot_code
),

divided as (
    select
        *,
        case when missing_count = 0 then parts_value / coalesce(divisor_value, 1) end as computed_value
    from added
),

compared as (
    select
        foots.foot_code,
        foots.foot_order,
        foots.name_zh,
        foots.name_en,
        divided.part_count,
        divided.computed_value,
        divided.stated_value,
        round(divided.computed_value - divided.stated_value, 9) as difference,
        foots.tolerance,
        abs(round(divided.computed_value - divided.stated_value, 9)) <= foots.tolerance as is_footing,
        foots.note_zh,
        foots.note_en
    from foots
    inner join divided on foots.foot_code = divided.foot_code
)

select * from compared
