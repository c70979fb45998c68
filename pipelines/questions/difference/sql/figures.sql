-- Every figure that changed, split exactly into its causes.
--
-- A figure is a sum over units, or a ratio of two sums. What units that stand in one release alone add or take away is
-- the set's, and all of it where no unit stands in both. What the units in both change is shared out over them in proportion to what each changes, and each part
-- goes to the cause of its unit: its own input rows, a correction, or, where neither changed, the method.
create or replace temp table figure_change as
with figures as (
    select
        edition,
        figure_id,
        coalesce(n.figure_order, o.figure_order) as figure_order,
        coalesce(n.name_zh, o.name_zh) as name_zh,
        coalesce(n.name_en, o.name_en) as name_en,
        coalesce(n.unit, o.unit) = 'share' as is_share,
        o.computed as old_value,
        n.computed as new_value,
        o.verdict as old_verdict,
        n.verdict as new_verdict
    from before.trends.figure as o
    full outer join after.trends.figure as n using (edition, figure_id)
    where o.computed is distinct from n.computed or o.verdict is distinct from n.verdict
),

units as (
    select
        edition,
        figure_id,
        unit_code,
        o.numerator_count as old_numerator,
        n.numerator_count as new_numerator,
        o.denominator_count as old_denominator,
        n.denominator_count as new_denominator,
        o.unit_code is not null and n.unit_code is not null as is_in_both
    from before_unit as o
    full outer join after_unit as n using (edition, figure_id, unit_code)
    where (edition, figure_id) in (select (edition, figure_id) from figures)
),

common as (
    select
        edition,
        figure_id,
        sum(old_numerator) as old_numerator,
        sum(new_numerator) as new_numerator,
        sum(old_denominator) as old_denominator,
        sum(new_denominator) as new_denominator
    from units
    where is_in_both
    group by edition, figure_id
),

effects as (
    select
        figures.*,
        counted.figure_id is not null as has_units,
        coalesce(
            case
                when figures.is_share
                    then
                        common.new_numerator / nullif(cast(common.new_denominator as double), 0)
                        - common.old_numerator / nullif(cast(common.old_denominator as double), 0)
                else common.new_numerator - common.old_numerator
            end,
            0
        ) as common_change,
        case
            when figures.is_share
                then common.old_numerator / nullif(cast(common.old_denominator as double), 0)
            else 0
        end as old_ratio
    from figures
    left join common using (edition, figure_id)
    left join (select distinct edition, figure_id from units) as counted using (edition, figure_id)
),

moved as (
    select
        units.edition,
        units.figure_id,
        units.unit_code,
        case
            when coalesce(changed_unit.has_input_change, false) then 'subject'
            when coalesce(changed_unit.has_correction_change, false) then 'correction'
            when comparison.are_rows_known then 'method'
            else 'subject'
        end as cause,
        (units.new_numerator - units.old_numerator)
        - effects.old_ratio * (coalesce(units.new_denominator, 0) - coalesce(units.old_denominator, 0)) as pull
    from units
    cross join comparison
    inner join effects using (edition, figure_id)
    left join changed_unit on units.edition = changed_unit.edition and units.unit_code = changed_unit.unit_code
    where
        units.is_in_both
        and (
            units.old_numerator is distinct from units.new_numerator
            or units.old_denominator is distinct from units.new_denominator
        )
),

pulls as (
    select
        edition,
        figure_id,
        sum(pull) as total,
        coalesce(sum(pull) filter (where cause = 'subject'), 0) as subject_pull,
        coalesce(sum(pull) filter (where cause = 'correction'), 0) as correction_pull,
        coalesce(sum(pull) filter (where cause = 'method'), 0) as method_pull,
        count(*) as moved_unit_count
    from moved
    group by edition, figure_id
)

select
    effects.edition,
    effects.figure_id,
    effects.name_zh,
    effects.name_en,
    effects.old_value,
    effects.new_value,
    effects.new_value - effects.old_value as change,
    case
        when not effects.has_units then null
        when coalesce(pulls.total, 0) = 0 then 0
        else effects.common_change * pulls.subject_pull / pulls.total
    end as from_subject,
    case
        when not effects.has_units then null
        when coalesce(pulls.total, 0) = 0 then 0
        else effects.common_change * pulls.correction_pull / pulls.total
    end as from_correction,
    case
        when effects.has_units then effects.new_value - effects.old_value - effects.common_change
    end as from_set,
    case
        when not effects.has_units then null
        when coalesce(pulls.total, 0) = 0 then effects.common_change
        else effects.common_change * pulls.method_pull / pulls.total
    end as from_method,
    coalesce(pulls.moved_unit_count, 0) as changed_unit_count,
    (
        select count(*)
        from units
        where units.edition = effects.edition and units.figure_id = effects.figure_id and not units.is_in_both
    ) as come_or_gone_unit_count,
    effects.old_verdict,
    effects.new_verdict
from effects
left join pulls using (edition, figure_id)
order by effects.edition, effects.figure_order, effects.figure_id
