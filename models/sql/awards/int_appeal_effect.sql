with appeals as (
    select * from {{ believed('appeal') }}
),

effects as (
    select
        edition,
        case_code,
        effect_order,
        decided_date,
        effect_code,
        subject_id,
        series,
        title_id,
        title_code,
        party_id,
        criterion_code,
        changed_column,
        expected_value,
        new_value,
        decision = 'upheld' and effect_code <> 'none' as is_in_force,
        cast(
            row_number() over (
                partition by edition order by decided_date desc nulls last, case_code desc, effect_order desc
            ) as bigint
        ) as precedence
    from appeals
)

select * from effects
