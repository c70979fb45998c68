with robots as (
    select
        robots.edition,
        subjects.level,
        coalesce(subjects.province_code, 'unlocated') as province_code,
        robots.question_count,
        robots.correct_count,
        robots.is_usable,
        robots.is_synthetic
    from {{ ref('fct_robot') }} as robots
    inner join {{ ref('dim_subject') }} as subjects
        on robots.edition = subjects.edition and robots.subject_id = subjects.subject_id
),

counted as (
    {{ count_by(
        'robots',
        {'total': "'all'", 'level': 'level', 'province': 'province_code'},
        {'usable_count': 'is_usable'},
        {
            'usable_question_count': 'case when is_usable then question_count else 0 end',
            'usable_correct_count': 'case when is_usable then correct_count else 0 end',
        },
    ) }}
),

tidy as (
    select
        edition,
        'robots' as measure,
        breakdown,
        group_code,
        row_count as numerator,
        cast(null as bigint) as denominator,
        cast(row_count as double) as value,
        is_synthetic
    from counted
    union all
    select
        edition,
        'usable_share' as measure,
        breakdown,
        group_code,
        usable_count as numerator,
        row_count as denominator,
        {{ share('usable_count', 'row_count') }} as value,
        is_synthetic
    from counted
    union all
    select
        edition,
        'accuracy_share' as measure,
        breakdown,
        group_code,
        usable_correct_count as numerator,
        usable_question_count as denominator,
        {{ share('usable_correct_count', 'usable_question_count') }} as value,
        is_synthetic
    from counted
    where usable_question_count > 0
)

{{ with_group_names('tidy') }}
