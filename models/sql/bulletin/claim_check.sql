with rules as (
    select rules.*
    from {{ ref('claim_rules') }} as rules
    inner join (select distinct edition from {{ ref('row_balance') }}) as delivered
        on rules.edition = delivered.edition
),

qualifiers as (
    select * from {{ ref('qualifiers') }}
),

editions as (
    select * from {{ ref('editions') }}
),

items as (
    select * from {{ ref('claim_items') }}
),

claims as (
    select * from {{ ref('claims') }}
),

names as (
    select distinct
        edition,
        concat('framework.', index_code) as found_in,
        name_zh
    from {{ ref('framework_nodes') }}
    union all
    select distinct
        edition,
        'region' as found_in,
        name_zh
    from {{ ref('dim_region') }}
    where is_evaluated and level in ('province', 'prefecture')
    union all
    select distinct
        editions.edition,
        'channel' as found_in,
        channels.name_zh
    from editions
    cross join {{ ref('media_channels') }} as channels
),

looked_up as (
    select
        items.edition,
        items.claim_id,
        items.rule_order,
        items.item_order,
        items.item_zh,
        max(
            case
                when items.found_in = 'bulletin' then 1
                when items.found_in = 'quote' and contains(claims.quote, items.item_zh) then 1
                when names.name_zh is not null then 1
                else 0
            end
        ) as is_found_once
    from items
    inner join claims on items.edition = claims.edition and items.claim_id = claims.claim_id
    left join names
        on
            items.edition = names.edition
            and items.found_in = names.found_in
            and (
                items.item_zh = names.name_zh
                or (items.found_in = 'region' and names.name_zh like concat(items.item_zh, '%'))
            )
    group by items.edition, items.claim_id, items.rule_order, items.item_order, items.item_zh
),

found_items as (
    select
        edition,
        claim_id,
        rule_order,
        count(case when is_found_once = 1 then 1 end) as found_count
    from looked_up
    group by edition, claim_id, rule_order
),

{{ counts_of_claims() }},

computed as (
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        figures.computed,
        figures.missing_input,
        figures.is_synthetic
    from rules
    inner join {{ ref('figure') }} as figures
        on rules.edition = figures.edition and rules.check_code = figures.figure_id
    where rules.rule_kind = 'figure'
    union all
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        cast(counts.counted as double) as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    inner join counted as counts
        on rules.edition = counts.edition and rules.check_code = counts.check_code
    where rules.rule_kind = 'count'
    union all
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        round(rules.stated_number * counts.counted, 0) / cast(counts.counted as double) as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    inner join counted as counts
        on rules.edition = counts.edition and rules.check_code = counts.check_code
    where rules.rule_kind = 'reachable' and counts.counted > 0
    union all
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        cast(found_items.found_count as double) as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    inner join found_items
        on
            rules.edition = found_items.edition
            and rules.claim_id = found_items.claim_id
            and rules.rule_order = found_items.rule_order
    where rules.rule_kind = 'list'
    union all
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        cast(case when documents.issued_text like concat(rules.stated_text, '%') then 1 else 0 end as double)
            as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    inner join {{ ref('official_documents') }} as documents on rules.check_code = documents.document_id
    where rules.rule_kind = 'document'
    union all
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        numbers.value as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    inner join {{ ref('official_series') }} as numbers on rules.check_code = numbers.fact_id
    where rules.rule_kind = 'official'
    union all
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        foots.computed_value as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    inner join {{ ref('official_foot') }} as foots on rules.check_code = foots.foot_code
    where rules.rule_kind = 'foot'
    union all
    select
        edition,
        claim_id,
        rule_order,
        cast(edition - cast(case when rule_kind = 'years_since' then stated_text end as integer) + 1 as double)
            as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    where rule_kind = 'years_since'
    union all
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        {{ days_between(
            "cast(case when rules.rule_kind = 'years_between' then rules.stated_text end as date)",
            'editions.collected_until',
        ) }} / cast(365.25 as double) as computed,
        cast(null as string) as missing_input,
        false as is_synthetic
    from rules
    inner join editions on rules.edition = editions.edition
    where rules.rule_kind = 'years_between'
),

figure_texts as (
    select
        edition,
        figure_id,
        published,
        published_decimals,
        qualifier
    from {{ ref('figure') }}
),

joined as (
    select
        rules.edition,
        rules.claim_id,
        rules.rule_order,
        rules.rule_kind,
        rules.check_code,
        coalesce(rules.stated_number, figure_texts.published) as stated_number,
        coalesce(rules.stated_decimals, figure_texts.published_decimals) as stated_decimals,
        coalesce(rules.qualifier, figure_texts.qualifier) as qualifier,
        rules.stated_text,
        computed.computed,
        case
            when rules.rule_kind = 'missing' then rules.check_code
            when rules.rule_kind <> 'stated' and computed.computed is null
                then coalesce(computed.missing_input, 'no_row_in_scope')
        end as missing_input,
        rules.rule_zh,
        rules.rule_en,
        coalesce(computed.is_synthetic, false) as is_synthetic
    from rules
    left join computed
        on
            rules.edition = computed.edition
            and rules.claim_id = computed.claim_id
            and rules.rule_order = computed.rule_order
    left join figure_texts
        on
            rules.rule_kind = 'figure'
            and rules.edition = figure_texts.edition
            and rules.check_code = figure_texts.figure_id
),

judged as (
    select
        joined.edition,
        joined.claim_id,
        joined.rule_order,
        joined.rule_kind,
        joined.check_code,
        joined.stated_number,
        joined.stated_decimals,
        joined.qualifier,
        joined.stated_text,
        joined.computed,
        case
            when joined.rule_kind = 'stated' then 'stated'
            when joined.missing_input is not null then 'not_computable'
            when
                {{ is_in_agreement('joined.computed', 'joined.stated_number', 'joined.stated_decimals', 'qualifiers') }}
                then 'agrees'
            else 'differs'
        end as verdict,
        joined.missing_input,
        joined.rule_zh,
        joined.rule_en,
        joined.is_synthetic
    from joined
    left join qualifiers on joined.qualifier = qualifiers.qualifier
)

select * from judged
