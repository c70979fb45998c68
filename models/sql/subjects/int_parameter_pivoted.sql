with parameters as (
    select * from {{ ref('parameters') }}
),

pivoted as (
    select
        edition,
        max(case when parameter_code = 'crawl.available_status_below' then parameter_value end)
            as available_status_below,
        max(case when parameter_code = 'crawl.stale_after_days' then parameter_value end) as stale_after_days,
        max(case when parameter_code = 'crawl.utc_offset_hours' then parameter_value end) as utc_offset_hours,
        max(case when parameter_code = 'fusion.channels_min' then parameter_value end) as fusion_channels_min,
        max(case when parameter_code = 'robot.answered_share_min' then parameter_value end) as robot_answered_share_min,
        max(case when parameter_code = 'survey.seconds_min' then parameter_value end) as survey_seconds_min,
        max(case when parameter_code = 'survey.seconds_median_share' then parameter_value end)
            as survey_seconds_median_share,
        max(case when parameter_code = 'survey.straight_items_min' then parameter_value end)
            as survey_straight_items_min,
        max(case when parameter_code = 'survey.cell_min' then parameter_value end) as survey_cell_min,
        max(case when parameter_code = 'trend.interval_z' then parameter_value end) as interval_z,
        max(case when parameter_code = 'platform.reply_days_max' then parameter_value end) as reply_days_max
    from parameters
    group by edition
)

select * from pivoted
