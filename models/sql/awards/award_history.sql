with delivered as (
    select * from {{ believed('award_history') }}
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

-- A title that this edition has no more is kept as it was delivered, and counts for none.
known as (
    select
        delivered.edition,
        delivered.award_year,
        coalesce(title_names.series_code, concat('series', cast(delivered.series as string))) as series_code,
        coalesce(title_names.title_code, delivered.title_code) as title_code,
        delivered.subject_id,
        max(delivered.subject_name) as subject_name,
        bool_or(subjects.subject_id is not null) as is_registered,
        bool_or(title_names.title_code is not null) and delivered.award_year < delivered.edition as is_counted,
        bool_or(delivered.is_synthetic) as is_synthetic
    from delivered
    left join title_names on delivered.edition = title_names.edition and delivered.title_id = title_names.title_id
    left join subjects on delivered.edition = subjects.edition and delivered.subject_id = subjects.subject_id
    group by
        delivered.edition,
        delivered.award_year,
        coalesce(title_names.series_code, concat('series', cast(delivered.series as string))),
        coalesce(title_names.title_code, delivered.title_code),
        delivered.subject_id
)

select * from known
