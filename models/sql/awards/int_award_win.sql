with winners as (
    select * from {{ ref('int_award_decided') }}
    where is_winner
),

earlier as (
    select * from {{ ref('award_history') }}
    where is_counted
),

titles as (
    select * from {{ ref('int_award_title') }}
),

-- Years in a row are years in which the evaluation was held: a year without one breaks nothing.
held as (
    select
        held_code,
        held_year,
        cast(row_number() over (partition by held_code order by held_year) as bigint) as year_number
    from {{ ref('award_years') }}
),

wins as (
    select
        winners.edition,
        winners.series_code,
        winners.title_code,
        winners.subject_id,
        earlier.award_year,
        this_year.year_number - past_year.year_number as years_back
    from winners
    inner join titles
        on
            winners.edition = titles.edition
            and winners.series_code = titles.series_code
            and winners.title_code = titles.title_code
    left join held as this_year on titles.held_code = this_year.held_code and winners.edition = this_year.held_year
    left join earlier
        on
            winners.edition = earlier.edition
            and winners.series_code = earlier.series_code
            and winners.title_code = earlier.title_code
            and winners.subject_id = earlier.subject_id
    left join held as past_year
        on titles.held_code = past_year.held_code and earlier.award_year = past_year.held_year
),

ordered as (
    select
        *,
        row_number() over (
            partition by edition, series_code, title_code, subject_id order by years_back asc nulls last
        ) as place
    from wins
),

counted as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        1 + count(case when years_back = place then 1 end) as consecutive_wins,
        1 + count(award_year) as total_wins
    from ordered
    group by edition, series_code, title_code, subject_id
)

select * from counted
