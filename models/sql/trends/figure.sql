with figures as (
    select * from {{ ref('figures') }}
),

cells as (
    select * from {{ ref('trend_cell') }}
),

-- How much of what it is of a crawl saw, where the table tells.
coverages as (
    select
        edition,
        trend_table,
        breakdown,
        group_code,
        value as crawled_share
    from cells
    where measure = 'crawled_share'
),

inputs as (
    select * from {{ ref('figure_input') }}
),

-- Beside a figure that is not of the crawl its coverage would say something else.
crawled_figures as (
    select
        edition,
        figure_id
    from inputs
    where source = 'site_crawl'
),

missing as (
    select
        edition,
        figure_id,
        {{ joined_text('source', ', ') }} as missing_input
    from inputs
    where row_count = 0
    group by edition, figure_id
),

-- Only editions of which something was delivered: an inbox of one year says nothing of another.
delivered as (
    select distinct edition from {{ ref('row_balance') }}
),

qualifiers as (
    select * from {{ ref('qualifiers') }}
),

-- What another source decides against is contradicted wherever it stands: one statement has one verdict.
contradicted as (
    select distinct
        edition,
        claim_id
    from {{ ref('claim_contradictions') }}
    where is_decisive
),

joined as (
    select
        figures.*,
        cells.numerator,
        cells.denominator,
        case when missing.missing_input is null then cells.value end as computed,
        coalesce(
            missing.missing_input, case when cells.value is null then 'no_row_in_scope' end
        ) as missing_input,
        cells.design,
        cells.interval_low,
        cells.interval_high,
        case when crawled_figures.figure_id is not null then coverages.crawled_share end as crawled_share,
        cells.is_synthetic,
        contradicted.claim_id is not null as is_contradicted
    from figures
    inner join delivered on figures.edition = delivered.edition
    left join missing on figures.edition = missing.edition and figures.figure_id = missing.figure_id
    left join cells
        on
            figures.edition = cells.edition
            and figures.trend_table = cells.trend_table
            and figures.measure = cells.measure
            and figures.breakdown = cells.breakdown
            and figures.group_code = cells.group_code
    left join crawled_figures
        on figures.edition = crawled_figures.edition and figures.figure_id = crawled_figures.figure_id
    left join coverages
        on
            figures.edition = coverages.edition
            and figures.trend_table = coverages.trend_table
            and figures.breakdown = coverages.breakdown
            and figures.group_code = coverages.group_code
    left join contradicted on figures.edition = contradicted.edition and figures.claim_id = contradicted.claim_id
),

judged as (
    select
        joined.*,
        {{ is_in_agreement('joined.computed', 'joined.published_value', 'joined.published_decimals', 'qualifiers') }}
            as is_in_agreement,
        {{ is_near('joined.computed', 'joined.published_value', 'qualifiers') }} as is_near
    from joined
    left join qualifiers on joined.qualifier = qualifiers.qualifier
),

reconciled as (
    select
        figure_id,
        edition,
        figure_order,
        trend,
        claim_id,
        name_zh,
        name_en,
        numerator_text,
        numerator_text_zh,
        denominator_text,
        denominator_text_zh,
        unit,
        case when computed is not null then numerator end as numerator,
        case when computed is not null then denominator end as denominator,
        computed,
        case when computed is not null then design end as design,
        case when computed is not null then interval_low end as interval_low,
        case when computed is not null then interval_high end as interval_high,
        case when computed is not null then crawled_share end as crawled_share,
        published_value as published,
        published_decimals,
        qualifier,
        case
            when is_contradicted then 'contradicted'
            when computed is null then 'not_computable'
            when published_value is null then 'unpublished'
            when is_in_agreement then 'agrees'
            else 'differs'
        end as verdict,
        case when computed is not null and published_value is not null then is_in_agreement and is_near end
            as is_precise,
        case when computed is not null then case when is_synthetic then 'synthetic' else 'measured' end end
            as evidence_kind,
        computed - published_value as difference,
        missing_input,
        as_of,
        trend_table,
        measure,
        breakdown,
        group_code,
        note,
        note_zh,
        coalesce(is_synthetic, false) as is_synthetic
    from judged
)

select * from reconciled
