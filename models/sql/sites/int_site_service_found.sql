-- An open-data portal is found by what its pages are called; only sites of which a page with a title was reached.
with pages as (
    {{ reached_pages(['title'], 'pages.title is not null') }}
),

patterns as (
    select * from {{ ref('service_patterns') }}
),

reached as (
    select
        edition,
        subject_id,
        bool_or(is_synthetic) as is_synthetic
    from pages
    group by edition, subject_id
),

offered as (
    select distinct
        pages.edition,
        pages.subject_id
    from pages
    inner join patterns on patterns.service_code = 'open_data' and pages.title like patterns.pattern
),

found as (
    select
        reached.edition,
        reached.subject_id,
        offered.subject_id is not null as has_open_data,
        reached.is_synthetic
    from reached
    left join offered on reached.edition = offered.edition and reached.subject_id = offered.subject_id
)

select * from found
