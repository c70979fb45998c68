with items as (
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
    from {{ ref('editions') }} as editions
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
        ) as found_count
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
)

select
    edition,
    claim_id,
    rule_order,
    item_order,
    item_zh,
    found_count = 1 as is_found
from looked_up
