with issued as (
    select
        edition,
        theme_code,
        min(issued_date) as issued_date
    from {{ ref('int_policy_document_theme') }}
    group by edition, theme_code
),

days as (
    select * from {{ ref('int_site_page_day') }}
),

-- A site that published nothing since the first document of a theme had no occasion to take it up.
since as (
    select
        issued.edition,
        issued.theme_code,
        issued.issued_date,
        days.subject_id,
        min(case when days.theme_code = issued.theme_code then days.published_date end) as first_date,
        bool_or(days.is_synthetic) as is_synthetic
    from issued
    inner join days
        on
            issued.edition = days.edition
            and issued.issued_date <= days.published_date
            and (issued.theme_code = days.theme_code or days.theme_code = 'any')
    group by issued.edition, issued.theme_code, issued.issued_date, days.subject_id
),

lagged as (
    select
        edition,
        theme_code,
        subject_id,
        issued_date,
        first_date,
        cast({{ days_between('issued_date', 'first_date') }} as integer) as lag_days,
        is_synthetic
    from since
)

select * from lagged
