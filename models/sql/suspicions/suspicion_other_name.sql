with nominations as (
    select * from {{ ref('int_nomination_accepted') }}
    where subject_name is not null
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

suspicions as (
    select
        nominations.edition,
        'other_name' as suspicion_code,
        nominations.subject_id,
        'nomination' as source,
        nominations.file_id,
        nominations.sheet,
        nominations.row_number,
        nominations.subject_name as seen,
        subjects.subject_name as expected,
        nominations.is_synthetic
    from nominations
    inner join subjects
        on nominations.edition = subjects.edition and nominations.subject_id = subjects.subject_id
    where nominations.subject_name <> subjects.subject_name
)

select * from suspicions
