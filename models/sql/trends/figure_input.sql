with inputs as (
    select
        figures.edition,
        figure_inputs.figure_id,
        figure_inputs.source
    from {{ ref('figure_inputs') }} as figure_inputs
    inner join {{ ref('figures') }} as figures on figure_inputs.figure_id = figures.figure_id
),

loaded as (
    select
        edition,
        source,
        count(*) as file_count,
        cast(sum(rows_loaded) as bigint) as row_count
    from {{ ref('row_balance') }}
    group by edition, source
),

counted as (
    select
        inputs.edition,
        inputs.figure_id,
        inputs.source,
        coalesce(loaded.file_count, 0) as file_count,
        coalesce(loaded.row_count, 0) as row_count
    from inputs
    left join loaded on inputs.edition = loaded.edition and inputs.source = loaded.source
)

select * from counted
