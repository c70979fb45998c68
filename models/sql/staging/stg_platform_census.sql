with source as (
    {{ corrected_rows('platform_census') }}
),

fit as (
    select
        edition,
        region_code,
        unit_name,
        snapshot_date,
        has_integrated_platform,
        platform_name,
        platform_url,
        covers_province,
        covers_city,
        covers_county,
        has_unified_login,
        has_search,
        has_progress_query,
        has_online_payment,
        has_delivery,
        has_rating,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
