with subjects as (
    select * from {{ ref('dim_subject') }}
    where site_code is not null and home_host is not null and site_code not like 'bm%' and region_code is null
),

regions as (
    select * from {{ ref('dim_region') }}
),

suspicions as (
    select
        subjects.edition,
        'code_without_division' as suspicion_code,
        subjects.subject_id,
        'site_registry' as source,
        subjects.file_id,
        subjects.sheet,
        subjects.row_number,
        substring(subjects.site_code, 1, 6) as seen,
        cast(null as string) as expected,
        subjects.is_synthetic
    from subjects
    left join regions
        on subjects.edition = regions.edition and substring(subjects.site_code, 1, 6) = regions.region_code
    where regions.region_code is null
)

select * from suspicions
