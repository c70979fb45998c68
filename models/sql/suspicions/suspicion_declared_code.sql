with homes as (
    select * from {{ ref('fct_site_home') }}
    where not is_code_confirmed
),

suspicions as (
    select
        edition,
        'declared_code' as suspicion_code,
        subject_id,
        'site_crawl' as source,
        file_id,
        sheet,
        row_number,
        declared_site_code as seen,
        replace(subject_id, 'website:', '') as expected,
        is_synthetic
    from homes
)

select * from suspicions
