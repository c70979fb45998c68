with bands as (
    select * from {{ ref('framework_bands') }}
),

published as (
    select
        edition,
        index_code,
        node_code,
        lower_bound,
        points
    from bands
)

select * from published
