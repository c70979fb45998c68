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
        items.found_in,
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
    group by
        items.edition, items.claim_id, items.rule_order, items.item_order, items.item_zh, items.found_in
),

found_items as (
    select
        edition,
        claim_id,
        rule_order,
        count(case when is_found_once = 1 then 1 end) as found_count,
        -- A list is no better than the weakest of where its items were looked for.
        case
            when bool_or(found_in in ('quote', 'bulletin')) then 'itself'
            when bool_or(found_in <> 'region') then 'own_design'
            else 'official'
        end as evidence_kind
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
        'measured' as evidence_kind,
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
        counts.evidence_kind,
        counts.is_synthetic
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
        'arithmetic' as evidence_kind,
        counts.is_synthetic
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
        found_items.evidence_kind,
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
        'official' as evidence_kind,
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
        'official' as evidence_kind,
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
        'arithmetic' as evidence_kind,
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
        'itself' as evidence_kind,
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
        'itself' as evidence_kind,
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
        -- Made-up rows prove nothing, whatever is counted or divided of them.
        case
            when computed.computed is null then null
            when computed.is_synthetic then 'synthetic'
            else computed.evidence_kind
        end as evidence_kind,
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

compared as (
    select
        joined.*,
        {{ is_in_agreement('joined.computed', 'joined.stated_number', 'joined.stated_decimals', 'qualifiers') }}
            as is_in_agreement,
        {{ is_near('joined.computed', 'joined.stated_number', 'qualifiers') }} as is_near
    from joined
    left join qualifiers on joined.qualifier = qualifiers.qualifier
),

judged as (
    select
        edition,
        claim_id,
        rule_order,
        rule_kind,
        check_code,
        stated_number,
        stated_decimals,
        qualifier,
        stated_text,
        computed,
        case
            when rule_kind = 'stated' then 'stated'
            when missing_input is not null then 'not_computable'
            when not coalesce(is_in_agreement, false) then 'differs'
            -- What is found in its own words alone is repeated and not borne out.
            when evidence_kind = 'itself' then 'stated'
            else 'agrees'
        end as verdict,
        case when computed is not null and missing_input is null then is_in_agreement and is_near end as is_precise,
        evidence_kind,
        missing_input,
        rule_zh,
        rule_en,
        is_synthetic
    from compared
)

select * from judged
