with corrections as (
    select * from {{ ref('corrections') }}
),

editions as (
    select * from {{ ref('editions') }}
),

files as (
    select * from {{ ref('file_ledger') }}
    where status = 'landed'
),

found as (
    {% for name in correctable_sources() -%}
    {{ corrections_found(name) }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

judged as (
    select
        corrections.*,
        files.file_name,
        found.sheet,
        found.row_number,
        found.unit_code,
        found.seen_value,
        case
            when corrections.status <> 'active' then 'retired'
            when not coalesce(found.is_known_column, false) then 'unknown_target'
            when corrections.expires_on < editions.collected_until then 'expired'
            when found.found_count = 0 then 'row_not_found'
            when found.found_count > 1 then 'several_rows'
            when found.is_mended then 'already_mended'
            when not found.is_expected then 'other_value'
            when not found.is_readable then 'unreadable_value'
            else 'applied'
        end as outcome
    from corrections
    inner join editions on corrections.edition = editions.edition
    left join found
        on corrections.edition = found.edition and corrections.correction_id = found.correction_id
    left join files
        on corrections.edition = files.edition and corrections.source = files.source and found.file_id = files.file_id
),

told as (
    select
        edition,
        correction_id,
        source,
        row_key,
        unit_code,
        column_name,
        expected_value,
        new_value,
        seen_value,
        outcome,
        case outcome
            when 'applied' then '已更正'
            when 'retired' then '已停用，未使用'
            when 'unknown_target' then '该来源没有此列，或该来源不可逐格更正'
            when 'expired' then '已过有效期，请重新核对后续期或停用'
            when 'row_not_found' then '来源中已无此行'
            when 'several_rows' then '来源中有多行符合，无法确定更正哪一行'
            when 'already_mended' then '来源已自行改正，请将此更正停用'
            when 'other_value' then '来源中的值不是预期原值，请重新核对'
            when 'unreadable_value' then '更正值不符合该列的类型'
        end as outcome_zh,
        case outcome
            when 'applied' then 'applied'
            when 'retired' then 'retired, not used'
            when 'unknown_target' then 'the source has no such column, or its cells cannot be corrected one by one'
            when 'expired' then 'it has expired: look again, then renew or retire it'
            when 'row_not_found' then 'the source has no such row any more'
            when 'several_rows' then 'the source has several such rows, so it is not known which is meant'
            when 'already_mended' then 'the source itself was mended: retire the correction'
            when 'other_value' then 'the source holds another value than expected: look again'
            when 'unreadable_value' then 'the new value is not of the type of its column'
        end as outcome_en,
        file_name,
        sheet,
        row_number,
        reason_zh,
        reason_en,
        evidence,
        status,
        expires_on
    from judged
)

select * from told
