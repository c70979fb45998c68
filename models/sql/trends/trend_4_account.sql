with accounts as (
    select
        registered.edition,
        subjects.subject_id,
        subjects.subject_kind as channel,
        subjects.site_code,
        coalesce(subjects.level, 'unlocated') as level,
        coalesce(registered.is_main, false) as is_main,
        registered.operating_status = 'dormant' as is_dormant,
        registered.operating_status = 'closed' as is_closed,
        registered.is_synthetic
    from {{ believed('account_registry') }} as registered
    inner join {{ ref('dim_subject') }} as subjects
        on
            registered.edition = subjects.edition
            and {{ subject_id('registered.subject_kind', 'registered.subject_code') }} = subjects.subject_id
),

kept as (
    select * from accounts
    where not is_closed
),

-- The rule of May 2017: one main account that is done well, on each channel.
bodies as (
    select
        edition,
        site_code,
        channel,
        level,
        count(*) as account_count,
        count(case when is_main then 1 end) as main_count,
        bool_or(is_synthetic) as is_synthetic
    from kept
    group by edition, site_code, channel, level
),

matrices as (
    select
        edition,
        site_code,
        level,
        count(*) as account_count,
        bool_or(is_synthetic) as is_synthetic
    from kept
    group by edition, site_code, level
),

{% set by_channel = {
    'total': "'all'",
    'channel': 'channel',
    'level': 'level',
    'channel_level': "concat(channel, ':', level)",
} -%}
counted as (
    {{ count_by('kept', by_channel, {'dormant_count': 'is_dormant', 'main_accounts': 'is_main'}) }}
),

closed as (
    {{ count_by('accounts', by_channel, {'closed_count': 'is_closed'}) }}
),

ruled as (
    {{ count_by('bodies', by_channel, {'single_main': 'main_count = 1'}) }}
),

most as (
    select
        edition,
        'total' as breakdown,
        'all' as group_code,
        max(main_count) as most_mains,
        bool_or(is_synthetic) as is_synthetic
    from bodies
    group by edition
    union all
    select
        edition,
        'channel' as breakdown,
        channel as group_code,
        max(main_count) as most_mains,
        bool_or(is_synthetic) as is_synthetic
    from bodies
    group by edition, channel
),

sized as (
    {{ count_by(
        'matrices',
        {'total': "'all'", 'level': 'level'},
        {'matrix_count': 'account_count > 1'},
        {'accounts': 'account_count'},
    ) }}
),

tidy as (
    {{ tidy_rows('counted', 'accounts', 'row_count') }}
    union all
    {{ tidy_rows('counted', 'dormant_share', 'dormant_count', 'row_count') }}
    union all
    {{ tidy_rows('counted', 'main_accounts', 'main_accounts') }}
    union all
    {{ tidy_rows('closed', 'closed_accounts', 'closed_count') }}
    union all
    {{ tidy_rows('ruled', 'single_main_share', 'single_main', 'row_count') }}
    union all
    {{ tidy_rows('most', 'most_main_accounts', 'most_mains') }}
    union all
    {{ tidy_rows('sized', 'matrix_size', 'accounts', 'row_count') }}
    union all
    {{ tidy_rows('sized', 'matrix_share', 'matrix_count', 'row_count') }}
)

{{ with_group_names('tidy') }}
