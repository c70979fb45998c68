with subjects as (
    select * from {{ ref('dim_subject') }}
    where site_code is not null and home_host is not null and site_code not like 'bm%'
),

provinces as (
    select
        edition,
        region_code,
        regexp_replace(name_zh, '(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$', '') as short_name
    from {{ ref('dim_region') }}
    where level = 'province' and region_code <> 'XPCC'
),

named as (
    select
        subjects.edition,
        subjects.subject_id,
        subjects.subject_name,
        subjects.file_id,
        subjects.sheet,
        subjects.row_number,
        subjects.is_synthetic,
        own.short_name as own_name,
        others.short_name as other_name
    from subjects
    inner join provinces as own
        on
            subjects.edition = own.edition
            and concat(substring(subjects.site_code, 1, 2), '0000') = own.region_code
    inner join provinces as others
        on
            subjects.edition = others.edition
            and own.region_code <> others.region_code
            and substring(subjects.subject_name, 1, 4) like concat(others.short_name, '%')
    where not contains(subjects.subject_name, own.short_name)
),

suspicions as (
    select
        edition,
        'name_against_code' as suspicion_code,
        subject_id,
        'site_registry' as source,
        file_id,
        sheet,
        row_number,
        subject_name as seen,
        own_name as expected,
        is_synthetic
    from named
)

select * from suspicions
