with robots as (
    select
        robots.edition,
        robots.subject_id,
        subjects.level,
        coalesce(subjects.province_code, 'unlocated') as province_code,
        robots.question_count,
        robots.correct_count,
        robots.accuracy_share,
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

ranked as (
    select
        *,
        row_number() over (partition by edition order by accuracy_share desc nulls last, subject_id asc) as place
    from robots
    where is_usable
),

best as (
    select
        edition,
        'total' as breakdown,
        'all' as group_code,
        correct_count,
        question_count,
        is_synthetic
    from ranked
    where place = 1
),

tidy as (
    {{ tidy_rows('counted', 'robots', 'row_count') }}
    union all
    {{ tidy_rows('counted', 'usable_share', 'usable_count', 'row_count', sample='true') }}
    union all
    {{ tidy_rows('counted', 'accuracy_share', 'usable_correct_count', 'usable_question_count', sample='true',
        where='usable_question_count > 0') }}
    union all
    {{ tidy_rows('best', 'best_accuracy_share', 'correct_count', 'question_count', sample='true') }}
)

{{ with_group_names('tidy') }}
