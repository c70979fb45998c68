with subjects as (
    select * from {{ ref('dim_subject') }}
),

months as (
    select
        activity.edition,
        substring(cast(activity.period_start as string), 1, 7) as month,
        activity.subject_kind as channel,
        coalesce(subjects.level, 'unlocated') as level,
        activity.post_count,
        activity.follower_count,
        activity.is_synthetic
    from {{ believed('account_activity') }} as activity
    inner join subjects on activity.edition = subjects.edition and activity.subject_id = subjects.subject_id
    where activity.period_kind = 'month'
),

{% set breakdowns = {
    'month_channel': "concat(month, ':', channel)",
    'month_channel_level': "concat(month, ':', channel, ':', level)",
} -%}
counted as (
    {{ count_by(
        'months',
        breakdowns,
        {
            'active_count': 'post_count > 0',
            'judged_count': 'post_count is not null',
            'followed_count': 'follower_count is not null',
        },
        {'posts': 'post_count', 'followers': 'follower_count'},
    ) }}
),

scored as (
    select
        scores.edition,
        substring(cast(scores.period_start as string), 1, 7) as month,
        scores.subject_kind as channel,
        coalesce(subjects.level, 'unlocated') as level,
        scores.formula_code,
        scores.score,
        scores.is_synthetic
    from {{ ref('fct_account_communication') }} as scores
    inner join subjects on scores.edition = subjects.edition and scores.subject_id = subjects.subject_id
    where scores.period_kind = 'month' and scores.score is not null
),

{% for formula in ['wci', 'bci'] -%}
{{ formula }}_means as (
    {% for breakdown, group in breakdowns.items() -%}
    select
        edition,
        '{{ breakdown }}' as breakdown,
        {{ group }} as group_code,
        count(*) as account_count,
        {{ exact_sum('score') }} / count(*) as mean_score,
        bool_or(is_synthetic) as is_synthetic
    from scored
    where formula_code = '{{ formula }}'
    group by edition, {{ group }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

{% endfor -%}
{% set month = "split_part(group_code, ':', 1)" -%}
tidy as (
    {{ tidy_rows('counted', 'active_share', 'active_count', 'judged_count', period=month, where='judged_count > 0') }}
    union all
    {{ tidy_rows('counted', 'posts', 'posts', period=month, where='judged_count > 0') }}
    union all
    {{ tidy_rows('counted', 'followers', 'followers', period=month, where='followed_count > 0') }}
    {% for formula in ['wci', 'bci'] -%}
    union all
    {{ tidy_rows(formula ~ '_means', 'mean_' ~ formula, 'account_count', value='mean_score', period=month) }}
    {% endfor %}
)

{{ with_group_names('tidy') }}
