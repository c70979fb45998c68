with subjects as (
    select
        edition,
        subject_id,
        level,
        coalesce(province_code, 'unlocated') as province_code
    from {{ ref('dim_subject') }}
    where subject_kind = 'website' and site_role = 'portal' and is_running
),

homes as (
    select
        homes.edition,
        subjects.level,
        subjects.province_code,
        homes.has_search_box,
        homes.has_robot,
        homes.has_viewport,
        homes.is_synthetic
    from {{ ref('fct_site_home') }} as homes
    inner join subjects on homes.edition = subjects.edition and homes.subject_id = subjects.subject_id
),

services as (
    select
        services.edition,
        subjects.level,
        subjects.province_code,
        services.has_open_data,
        services.is_synthetic
    from {{ ref('int_site_service_found') }} as services
    inner join subjects on services.edition = subjects.edition and services.subject_id = subjects.subject_id
),

{% set breakdowns = {'total': "'all'", 'level': 'level', 'province': 'province_code'} -%}
found as (
    {{ count_by(
        'homes',
        breakdowns,
        {
            'search_count': 'has_search_box',
            'search_judged': 'has_search_box is not null',
            'robot_count': 'has_robot',
            'robot_judged': 'has_robot is not null',
            'viewport_count': 'has_viewport',
            'viewport_judged': 'has_viewport is not null',
        },
    ) }}
),

opened as (
    {{ count_by('services', breakdowns, {'open_data_count': 'has_open_data'}) }}
),

tidy as (
    {{ tidy_rows('found', 'search_share', 'search_count', 'search_judged', where='search_judged > 0') }}
    union all
    {{ tidy_rows('found', 'robot_share', 'robot_count', 'robot_judged', where='robot_judged > 0') }}
    union all
    {{ tidy_rows('found', 'mobile_share', 'viewport_count', 'viewport_judged', where='viewport_judged > 0') }}
    union all
    {{ tidy_rows('opened', 'open_data_portals', 'open_data_count') }}
    union all
    {{ tidy_rows('opened', 'open_data_share', 'open_data_count', 'row_count') }}
)

{{ with_group_names('tidy') }}
