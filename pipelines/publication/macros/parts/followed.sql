-- Spot checks; of one that failed the day of the first later one that passed.
followed as (
    select
        found.edition, found.subject_id, found.inspected_date, found.tier, found.is_passed, found.failure_reason,
        min(later.inspected_date) as mended_date
    from core.fct_site_inspection as found
    left join core.fct_site_inspection as later
        on found.edition = later.edition and found.subject_id = later.subject_id
        and later.inspected_date > found.inspected_date and later.is_passed and not found.is_passed
    group by
        found.edition, found.subject_id, found.inspected_date, found.tier, found.is_passed, found.failure_reason
)
