with source as (
    {{ corrected_rows('platform_check') }}
),

fit as (
    select
        edition,
        platform_name,
        region_code,
        level,
        checked_date,
        is_front_integrated,
        has_empty_columns,
        is_search_usable,
        is_channel_genuine,
        has_reply,
        reply_working_days,
        checked_item_count,
        stages_only_count,
        no_limits_count,
        unclear_materials_count,
        no_forms_count,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
