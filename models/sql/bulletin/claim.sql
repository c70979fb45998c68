with claims as (
    select claims.*
    from {{ ref('claims') }} as claims
    inner join (select distinct edition from {{ ref('row_balance') }}) as delivered
        on claims.edition = delivered.edition
),

checks as (
    select * from {{ ref('claim_check') }}
),

contradictions as (
    select
        edition,
        claim_id,
        count(*) as contradiction_count,
        count(case when is_decisive then 1 end) as decisive_count
    from {{ ref('claim_contradiction') }}
    where claim_id is not null
    group by edition, claim_id
),

counted as (
    select
        edition,
        claim_id,
        count(*) as rule_count,
        count(case when verdict = 'agrees' then 1 end) as agreeing_count,
        count(case when verdict = 'differs' then 1 end) as differing_count,
        count(case when verdict = 'not_computable' then 1 end) as not_computable_count,
        bool_and(is_precise) as is_precise,
        bool_or(is_synthetic) as is_synthetic
    from checks
    group by edition, claim_id
),

kinds as (
    select
        label_code as evidence_kind,
        label_order
    from {{ ref('labels') }}
    where label_kind = 'evidence_kind'
),

-- Of the rules that say what the claim's verdict says, the one with the best evidence.
deciding as (
    select
        checks.edition,
        checks.claim_id,
        checks.verdict,
        min(kinds.label_order) as label_order
    from checks
    inner join kinds on checks.evidence_kind = kinds.evidence_kind
    group by checks.edition, checks.claim_id, checks.verdict
),

-- What the claim is compared with first: the figure, where one answers it.
first_checks as (
    select * from checks
    where rule_order = 1
),

judged as (
    select
        claims.edition,
        claims.claim_id,
        claims.claim_order,
        claims.section,
        claims.what,
        claims.value,
        claims.qualifier,
        claims.unit,
        claims.as_of,
        claims.quote,
        claims.occurrence_count,
        claims.char_offset,
        claims.note,
        first_checks.rule_kind,
        first_checks.check_code,
        first_checks.stated_number,
        first_checks.computed,
        case
            when coalesce(contradictions.decisive_count, 0) > 0 then 'contradicted'
            when counted.differing_count > 0 then 'differs'
            when counted.not_computable_count > 0 then 'not_computable'
            when counted.agreeing_count > 0 then 'agrees'
            else 'stated'
        end as verdict,
        counted.is_precise,
        first_checks.missing_input,
        first_checks.rule_zh,
        first_checks.rule_en,
        coalesce(counted.rule_count, 0) as rule_count,
        coalesce(contradictions.contradiction_count, 0) as contradiction_count,
        coalesce(counted.is_synthetic, false) as is_synthetic
    from claims
    left join counted on claims.edition = counted.edition and claims.claim_id = counted.claim_id
    left join first_checks on claims.edition = first_checks.edition and claims.claim_id = first_checks.claim_id
    left join contradictions
        on claims.edition = contradictions.edition and claims.claim_id = contradictions.claim_id
),

held_against as (
    select
        judged.*,
        kinds.evidence_kind
    from judged
    left join deciding
        on
            judged.edition = deciding.edition
            and judged.claim_id = deciding.claim_id
            and judged.verdict = deciding.verdict
    left join kinds on deciding.label_order = kinds.label_order
)

select * from held_against
