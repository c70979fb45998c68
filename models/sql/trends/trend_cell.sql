{#-
    Shares of a sample that was drawn by lot with known probabilities count each unit for those it stands for; their
    interval is Wilson's at the effective sample size, by the variance of a stratified sample from a finite population
    (Cochran 1977, Sampling Techniques, 5 and 6; Korn and Graubard 1998, Survey Methodology 24). So is that of bundles.
-#}
{%- set cell_key = ['edition', 'trend_table', 'measure', 'breakdown', 'group_code'] -%}
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
        min(amount) as least_amount,
        bool_or(is_synthetic) as is_synthetic
    from counted
    group by edition, trend_table, measure, statistic, sample_rule, breakdown, group_code, period
),

-- By itself: beside sums, a median makes Spark sort the units of every cell.
medians as (
    select
        {{ cell_key | join(', ') }},
        median(amount) as median_amount
    from counted
    where statistic = 'median'
    group by {{ cell_key | join(', ') }}
),

-- What was drawn with certainty stands for itself alone.
strata as (
    select
        {{ cell_key | join(', ') }},
        coalesce(stratum, '') as stratum,
        count(*) as unit_count,
        count(weight) as weight_count,
        round({{ exact_sum('coalesce(weight, 1)') }}, 6) as stratum_size,
        cast(sum(above) as double) as above,
        cast(sum(below) as double) as below,
        cast(sum(above * above) as double) as above_squared,
        cast(sum(above * below) as double) as above_below,
        cast(sum(below * below) as double) as below_squared
    from counted
    where statistic = 'share' and below > 0
    group by {{ cell_key | join(', ') }}, coalesce(stratum, '')
),

estimates as (
    select
        {{ cell_key | join(', ') }},
        sum(unit_count) as unit_count,
        {{ exact_sum('stratum_size') }} as population_size,
        {{ exact_sum('stratum_size / unit_count * below') }} as weighted_below,
        round({{ exact_sum('stratum_size / unit_count * above') }}
        / {{ exact_sum('stratum_size / unit_count * below') }}, 9) as estimate,
        bool_or(unit_count = 1 and stratum_size > 1) as has_lone_unit
    from strata
    group by {{ cell_key | join(', ') }}
    having sum(weight_count) > 0
),

variances as (
    select
        {% for column in cell_key -%}
        strata.{{ column }},
        {% endfor -%}
        {{ exact_sum("case when strata.stratum_size > strata.unit_count then
            strata.stratum_size * (strata.stratum_size - strata.unit_count) / strata.unit_count
            / nullif(strata.unit_count - 1, 0)
            * (
                strata.above_squared
                - 2 * estimates.estimate * strata.above_below
                + estimates.estimate * estimates.estimate * strata.below_squared
                - (strata.above - estimates.estimate * strata.below)
                * (strata.above - estimates.estimate * strata.below) / strata.unit_count
            ) / estimates.weighted_below / estimates.weighted_below
            else 0 end") }} as variance
    from strata
    inner join estimates
        on
            {% for column in cell_key -%}
            {% if not loop.first %}and {% endif %}strata.{{ column }} = estimates.{{ column }}
            {% endfor %}
    group by {% for column in cell_key %}strata.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
),

-- As many units drawn without strata and put back would tell as much.
drawn as (
    select
        estimates.*,
        estimates.population_size <= estimates.unit_count as is_full_count,
        case
            when estimates.population_size <= estimates.unit_count or estimates.has_lone_unit then null
            when variances.variance > 0
                then estimates.estimate * (1 - estimates.estimate) / variances.variance
            else estimates.unit_count / (1 - estimates.unit_count / estimates.population_size)
        end as effective_count
    from estimates
    inner join variances
        on
            {% for column in cell_key -%}
            {% if not loop.first %}and {% endif %}estimates.{{ column }} = variances.{{ column }}
            {% endfor %}
),

-- Units that are each a bundle of trials (the questions of a robot, the items of a platform) are drawn as bundles: the
-- share is a ratio, and its variance is of the bundles about it (Cochran 1977, 2.11). As many trials drawn singly would
-- tell as much, and never more than there are.
ratios as (
    select
        {{ cell_key | join(', ') }},
        count(*) as unit_count,
        cast(sum(above) as double) / sum(below) as ratio,
        cast(sum(below) as double) as trials,
        cast(sum(above * above) as double) as above_squared,
        cast(sum(above * below) as double) as above_below,
        cast(sum(below * below) as double) as below_squared
    from counted
    where sample_rule = 'clustered' and below > 0
    group by {{ cell_key | join(', ') }}
    having count(*) > 1
),

bundles as (
    select
        *,
        unit_count / cast(unit_count - 1 as double)
        * (above_squared - 2 * ratio * above_below + ratio * ratio * below_squared)
        / (trials * trials) as variance
    from ratios
),

clusters as (
    select
        {{ cell_key | join(', ') }},
        case
            when ratio * (1 - ratio) = 0 then cast(unit_count as double)
            when variance > 0 then least(round(ratio * (1 - ratio) / variance, 9), trials)
            else trials
        end as effective_count,
        ratio
    from bundles
),

valued as (
    select
        cells.*,
        case
            when cells.statistic in ('share', 'ratio')
                or (cells.statistic = 'most' and cells.denominator is not null)
                then {{ share('cells.numerator', 'cells.denominator') }}
            when cells.statistic = 'mean' then cells.mean_amount
            when cells.statistic = 'median' then medians.median_amount
            when cells.statistic = 'least' then cells.least_amount
            else cast(cells.numerator as double)
        end as value
    from cells
    left join medians on {{ same_columns('cells', 'medians', cell_key) }}
),

-- A cell in which nothing was judged says nothing.
judged as (
    select * from valued
    where value is not null
),

sampled as (
    select
        judged.*,
        case when drawn.estimate is null then judged.value else drawn.estimate end as estimate,
        case
            when drawn.estimate is not null then drawn.estimate * drawn.effective_count
            when judged.sample_rule = 'clustered' then clusters.ratio * clusters.effective_count
            else judged.numerator
        end as successes,
        case
            when drawn.estimate is not null then drawn.effective_count
            when judged.sample_rule = 'clustered' then clusters.effective_count
            else judged.denominator
        end as trials,
        drawn.estimate is not null
        or coalesce(
            judged.sample_rule in ('always', 'clustered') or (judged.sample_rule = 'by_tier' and tiers.is_sample),
            false
        ) as is_sample,
        case
            when drawn.is_full_count then 'full_count'
            when drawn.estimate is not null then 'stratified_sample'
            when judged.sample_rule = 'always' then 'simple_sample'
            when judged.sample_rule = 'clustered' then 'cluster_sample'
            when judged.sample_rule = 'by_tier' then tiers.design
            when judged.sample_rule = 'observed' then 'observed'
            else 'full_count'
        end as design
    from judged
    left join tiers on judged.tier = tiers.tier
    left join drawn
        on
            {% for column in cell_key -%}
            {% if not loop.first %}and {% endif %}judged.{{ column }} = drawn.{{ column }}
            {% endfor %}
    left join clusters
        on
            {% for column in cell_key -%}
            {% if not loop.first %}and {% endif %}judged.{{ column }} = clusters.{{ column }}
            {% endfor %}
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
        sampled.estimate as value,
        sampled.design,
        case
            when sampled.is_sample
                then {{ wilson_bound('sampled.successes', 'sampled.trials', 'parameters.trend_interval_z', '-') }}
        end as interval_low,
        case
            when sampled.is_sample
                then {{ wilson_bound('sampled.successes', 'sampled.trials', 'parameters.trend_interval_z', '+') }}
        end as interval_high,
        sampled.is_synthetic
    from sampled
    left join parameters on sampled.edition = parameters.edition
    left join group_labels on sampled.last_part = group_labels.label_code
    left join regions on sampled.edition = regions.edition and sampled.last_part = regions.region_code
)

select * from named
