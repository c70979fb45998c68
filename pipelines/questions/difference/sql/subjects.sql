-- Which subjects have input rows or corrections of their own that differ between the releases.
create or replace temp table changed_subject as
with subjects as (
    select edition, subject_id, subject_code, site_code, home_host, site_role from before.core.dim_subject
    union
    select edition, subject_id, subject_code, site_code, home_host, site_role from after.core.dim_subject
),

named as (
    select distinct subjects.edition, subjects.subject_id, input_change.source, false as is_correction
    from input_change
    inner join subjects
        on
            subjects.edition = input_change.edition
            and input_change.unit_code in (subjects.subject_code, subjects.site_code, subjects.home_host)
    union all
    select distinct subjects.edition, subjects.subject_id, correction_change.source, true as is_correction
    from correction_change
    inner join subjects
        on
            subjects.edition = correction_change.edition
            and correction_change.unit_code in (subjects.subject_code, subjects.site_code, subjects.home_host)
)

select
    edition,
    subject_id,
    bool_or(not is_correction) as has_input_change,
    bool_or(is_correction) as has_correction_change
from named
group by edition, subject_id
