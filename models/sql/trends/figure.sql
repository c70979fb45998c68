with figures as (
    select * from {{ ref('figures') }}
),

computed as (
    select * from {{ ref('int_figure_computed') }}
),

missing as (
    select * from {{ ref('int_figure_input_missing') }}
),

-- Only editions of which something was delivered: an inbox of one year says nothing of another.
delivered as (
    select distinct edition from {{ ref('row_balance') }}
),

qualifiers as (
    select * from {{ ref('qualifiers') }}
),

joined as (
    select
        figures.*,
        computed.numerator,
        computed.denominator,
        case when missing.missing_input is null then computed.value end as computed,
        coalesce(
            missing.missing_input, case when computed.value is null then 'no_row_in_scope' end
        ) as missing_input,
        computed.interval_low,
        computed.interval_high,
        computed.is_synthetic
    from figures
    inner join delivered on figures.edition = delivered.edition
    left join missing on figures.edition = missing.edition and figures.figure_id = missing.figure_id
    left join computed
        on
            figures.edition = computed.edition
            and figures.trend_table = computed.trend_table
            and figures.measure = computed.measure
            and figures.breakdown = computed.breakdown
            and figures.group_code = computed.group_code
),

judged as (
    select
        joined.*,
        {{ is_in_agreement('joined.computed', 'joined.published_value', 'joined.published_decimals', 'qualifiers') }}
            as is_in_agreement
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
        case when computed is not null then interval_low end as interval_low,
        case when computed is not null then interval_high end as interval_high,
        published_value as published,
        published_decimals,
        qualifier,
        case
            when computed is null then 'not_computable'
            when published_value is null then 'unpublished'
            when is_in_agreement then 'agrees'
            else 'differs'
        end as verdict,
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
