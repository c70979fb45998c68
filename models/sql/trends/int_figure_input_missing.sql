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
        sum(rows_loaded) as rows_loaded
    from {{ ref('row_balance') }}
    group by edition, source
),

missing as (
    select
        inputs.edition,
        inputs.figure_id,
        {{ joined_text('inputs.source', ', ') }} as missing_input
    from inputs
    left join loaded on inputs.edition = loaded.edition and inputs.source = loaded.source
    where coalesce(loaded.rows_loaded, 0) = 0
    group by inputs.edition, inputs.figure_id
)

select * from missing
