-- Subjects whose name, code, address or organiser holds a text, the closest match first. | 按名称、编码、网址或主办单位查找评估对象，最接近的在前。
create macro find_subject(wanted) as table
select
    subjects.edition, subjects.subject_id, subjects.subject_kind, subjects.subject_name, subjects.home_url,
    subjects.organiser_name, subjects.level, subjects.region_code, regions.name_zh as region_name_zh,
    regions.name_en as region_name_en, subjects.operating_status, subjects.is_synthetic
from core.dim_subject as subjects
left join core.dim_region as regions using (edition, region_code)
where
    contains(lower(subjects.subject_name), lower(wanted))
    or contains(lower(subjects.subject_id), lower(wanted))
    or contains(lower(coalesce(subjects.home_url, '')), lower(wanted))
    or contains(lower(coalesce(subjects.organiser_name, '')), lower(wanted))
order by
    case
        when lower(wanted) in (lower(subjects.subject_name), lower(subjects.subject_id), subjects.site_code) then 0
        when starts_with(lower(subjects.subject_name), lower(wanted)) then 1
        when contains(lower(subjects.subject_name), lower(wanted)) then 2
        else 3
    end,
    length(subjects.subject_name), subjects.subject_id, subjects.edition;
