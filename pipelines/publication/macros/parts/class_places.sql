-- The place of a class, by its first part: levels from the centre down, kinds as they are listed.
class_places as (
    {% if has('core.dim_label', 'label_order') -%}
    select label_code as class_part, min(label_order) as class_place
    from core.dim_label
    where label_kind in ('rank_class', 'group', 'subject_kind')
    group by label_code
    {%- else -%}
    select cast(null as varchar) as class_part, cast(null as integer) as class_place
    where false
    {%- endif %}
)
