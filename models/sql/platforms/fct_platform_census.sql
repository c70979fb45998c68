with census as (
    select * from {{ believed('platform_census') }}
),

platforms as (
    select
        edition,
        region_code,
        snapshot_date,
        unit_name,
        has_integrated_platform,
        platform_name,
        platform_url,
        covers_province,
        covers_city,
        covers_county,
        covers_province and covers_city and covers_county as covers_all_levels,
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
    from census
)

select * from platforms
