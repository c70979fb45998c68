with tiles as (
    select * from {{ ref('province_tiles') }}
)

select * from tiles
