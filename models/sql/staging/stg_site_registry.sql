with source as (
    {{ corrected_rows('site_registry') }}
),

fit as (
    select
        edition,
        site_code,
        subject_kind,
        site_name,
        home_url,
        organiser_name,
        region_code,
        level,
        system,
        site_role,
        operating_status,
        opened_date,
        closed_date,
        merged_into_site_code,
        is_synthetic,
        {{ url_host('home_url') }} as home_host,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
