with questions as (
    select * from {{ believed('robot_test') }}
),

parameters as (
    {{ parameters(['robot.answered_share_min']) }}
),

counted as (
    select
        edition,
        subject_id,
        count(*) as question_count,
        count(case when is_answered then 1 end) as answered_count,
        -- No answer is not a right one; an answer that nobody judged is neither right nor wrong.
        count(case when is_correct is not null or not is_answered then 1 end) as judged_count,
        count(case when is_answered and is_correct then 1 end) as correct_count,
        {{ rounded(exact_mean('response_seconds'), 3) }} as mean_response_seconds,
        bool_or(is_synthetic) as is_synthetic
    from questions
    group by edition, subject_id
),

robots as (
    select
        counted.edition,
        counted.subject_id,
        counted.question_count,
        counted.answered_count,
        counted.judged_count,
        counted.correct_count,
        {{ share('counted.answered_count', 'counted.question_count') }} as answered_share,
        {{ share('counted.correct_count', 'counted.judged_count') }} as accuracy_share,
        {{ share('counted.answered_count', 'counted.question_count') }} >= parameters.robot_answered_share_min
            as is_usable,
        counted.mean_response_seconds,
        counted.is_synthetic
    from counted
    inner join parameters on counted.edition = parameters.edition
)

select * from robots
