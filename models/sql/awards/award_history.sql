with delivered as (
    select
        *,
        -- The official name of its year, as of any year.
        {{ title_id('series', "replace(title_code, cast(award_year as string), '{year}')") }} as yearless_title_id
    from {{ believed('award_history') }}
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

successors as (
    select
        edition,
        subject_id as former_subject_id,
        concat('website:', merged_into_site_code) as subject_id
    from subjects
    where subject_kind = 'website' and merged_into_site_code is not null
    union
    select
        editions.edition,
        renamed.former_subject_id,
        renamed.subject_id
    from {{ ref('subject_successors') }} as renamed
    cross join (select distinct edition from delivered) as editions
),

-- Who was merged or renamed goes on in its successor, and in the successor's.
followed as (
    select
        delivered.*,
        coalesce(third.subject_id, second.subject_id, first.subject_id, delivered.subject_id) as present_subject_id
    from delivered
    left join successors as first
        on delivered.edition = first.edition and delivered.subject_id = first.former_subject_id
    left join successors as second
        on first.edition = second.edition and first.subject_id = second.former_subject_id
    left join successors as third
        on second.edition = third.edition and second.subject_id = third.former_subject_id
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
        max(delivered.present_subject_id) as present_subject_id,
        bool_or(subjects.subject_id is not null) as is_registered,
        bool_or(title_names.title_code is not null) and delivered.award_year < delivered.edition as is_counted,
        bool_or(delivered.is_synthetic) as is_synthetic
    from followed as delivered
    left join title_names
        on
            delivered.edition = title_names.edition
            and title_names.title_id in (delivered.title_id, delivered.yearless_title_id)
    left join subjects
        on delivered.edition = subjects.edition and delivered.present_subject_id = subjects.subject_id
    group by
        delivered.edition,
        delivered.award_year,
        coalesce(title_names.series_code, concat('series', cast(delivered.series as string))),
        coalesce(title_names.title_code, delivered.title_code),
        delivered.subject_id
)

select * from known
