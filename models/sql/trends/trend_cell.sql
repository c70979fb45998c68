with {{ units_in_cells() }},

tiers as (
    select * from {{ ref('inspection_tiers') }}
),

parameters as (
    {{ parameters(['trend.interval_z']) }}
),

group_labels as (
    select * from {{ ref('dim_label') }}
    where label_kind = 'group'
),

regions as (
    select * from {{ ref('dim_region') }}
    where level in ('province', 'national')
),

cells as (
    select
        edition,
        trend_table,
        measure,
        statistic,
        sample_rule,
        breakdown,
        group_code,
        -- The last part of a group code names a level, a region or whatever else has a name.
        regexp_replace(group_code, '^.*:', '') as last_part,
        period,
        max(tier) as tier,
        cast(sum(above) as bigint) as numerator,
        cast(sum(below) as bigint) as denominator,
        {{ exact_sum('amount') }} / nullif(count(amount), 0) as mean_amount,
        median(amount) as median_amount,
        min(amount) as least_amount,
        bool_or(is_synthetic) as is_synthetic
    from counted
    group by edition, trend_table, measure, statistic, sample_rule, breakdown, group_code, period
),

valued as (
    select
        *,
        case
            when statistic in ('share', 'ratio') or (statistic = 'most' and denominator is not null)
                then {{ share('numerator', 'denominator') }}
            when statistic = 'mean' then mean_amount
            when statistic = 'median' then median_amount
            when statistic = 'least' then least_amount
            else cast(numerator as double)
        end as value
    from cells
),

-- A cell in which nothing was judged says nothing.
judged as (
    select * from valued
    where value is not null
),

sampled as (
    select
        judged.*,
        judged.sample_rule = 'always' or (judged.sample_rule = 'by_tier' and tiers.is_sample) as is_sample
    from judged
    left join tiers on judged.tier = tiers.tier
),

named as (
    select
        sampled.edition,
        sampled.trend_table,
        sampled.measure,
        sampled.breakdown,
        sampled.group_code,
        sampled.period,
        coalesce(group_labels.name_zh, regions.name_zh) as group_name_zh,
        coalesce(group_labels.name_en, regions.name_en) as group_name_en,
        sampled.numerator,
        sampled.denominator,
        sampled.value,
        case
            when sampled.is_sample
                then {{ wilson_bound('sampled.numerator', 'sampled.denominator', 'parameters.trend_interval_z', '-') }}
        end as interval_low,
        case
            when sampled.is_sample
                then {{ wilson_bound('sampled.numerator', 'sampled.denominator', 'parameters.trend_interval_z', '+') }}
        end as interval_high,
        sampled.is_synthetic
    from sampled
    left join parameters on sampled.edition = parameters.edition
    left join group_labels on sampled.last_part = group_labels.label_code
    left join regions on sampled.edition = regions.edition and sampled.last_part = regions.region_code
)

select * from named
