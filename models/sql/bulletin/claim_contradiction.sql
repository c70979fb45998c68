with contradictions as (
    select contradictions.*
    from {{ ref('claim_contradictions') }} as contradictions
    inner join (select distinct edition from {{ ref('row_balance') }}) as delivered
        on contradictions.edition = delivered.edition
),

checks as (
    select * from {{ ref('claim_check') }}
),

editions as (
    select * from {{ ref('editions') }}
),

-- A number of one significant digit says what an exact one would be rounded to.
magnitudes as (
    select
        *,
        power(cast(10 as double), floor(ln(stated_number) / ln(10) + 0.000001)) as magnitude
    from checks
    where rule_kind = 'official' and stated_number > 0
),

per_day as (
    select
        counts.edition,
        concat('per_day.', counts.claim_id, '.', dates.claim_id) as check_code,
        counts.stated_number
        / {{ days_between('cast(dates.value as date)', 'editions.collected_until') }} as evidence_value
    from checks as counts
    inner join contradictions
        on
            counts.edition = contradictions.edition
            and contradictions.check_code like concat('per_day.', counts.claim_id, '.%')
    inner join {{ ref('claims') }} as dates
        on
            contradictions.edition = dates.edition
            and contradictions.check_code = concat('per_day.', counts.claim_id, '.', dates.claim_id)
    inner join editions on counts.edition = editions.edition
),

evidence as (
    select
        edition,
        concat('rounded.', check_code) as check_code,
        round(computed / magnitude, 0) * magnitude as evidence_value
    from magnitudes
    union all
    select
        edition,
        concat(rule_kind, '.', claim_id) as check_code,
        computed as evidence_value
    from checks
    where rule_kind in ('reachable', 'document')
    union all
    select * from per_day
),

shown as (
    select
        contradictions.edition,
        contradictions.contradiction_id,
        contradictions.claim_id,
        contradictions.contradiction_kind,
        contradictions.is_decisive,
        contradictions.other_kind,
        contradictions.other_ref,
        contradictions.check_code,
        evidence.evidence_value,
        contradictions.other_zh,
        contradictions.other_en,
        contradictions.reasoning_zh,
        contradictions.reasoning_en,
        contradictions.confidence
    from contradictions
    left join evidence
        on contradictions.edition = evidence.edition and contradictions.check_code = evidence.check_code
)

select * from shown
