with declarations as (
    select * from {{ believed('declaration') }}
    where not is_withdrawn
),

placed as (
    select
        *,
        row_number() over (
            partition by edition, subject_id order by declared_at desc, series asc, file_id asc, row_number asc
        ) as place
    from declarations
),

latest as (
    select
        edition,
        subject_id,
        visit_count,
        published_count,
        online_service_count,
        answered_count,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from placed
    where place = 1
)

select * from latest
