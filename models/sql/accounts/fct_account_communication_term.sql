with periods as (
    select * from {{ ref('int_account_period') }}
),

counters as (
    {% for counter in ['day_count'] + account_counters() -%}
    {%- if not loop.first -%}
    union all
    {% endif -%}
    select
        edition,
        subject_id,
        period_kind,
        period_start,
        '{{ counter }}' as counter,
        cast({{ counter }} as double) as counted
    from periods
    where {{ counter }} is not null
    {% endfor -%}
),

formulas as (
    select * from {{ ref('communication_formulas') }}
    where is_applied
),

terms as (
    select * from {{ ref('communication_terms') }}
),

applied as (
    select
        periods.edition,
        periods.subject_id,
        periods.period_kind,
        periods.period_start,
        terms.formula_code,
        terms.version,
        terms.term_code,
        terms.term_order,
        terms.measure,
        terms.multiplier,
        terms.divisor,
        round(terms.group_weight * terms.term_weight, 12) as weight,
        periods.is_synthetic
    from periods
    inner join formulas
        on
            periods.subject_kind = formulas.subject_kind
            and (formulas.valid_from is null or periods.period_end >= formulas.valid_from)
            and (formulas.valid_to is null or periods.period_end <= formulas.valid_to)
    inner join terms
        on formulas.formula_code = terms.formula_code and formulas.version = terms.version
),

counted as (
    select
        applied.*,
        dividends.counted as measured,
        case when applied.divisor is null then cast(1 as double) else divisors.counted end as divided_by
    from applied
    left join counters as dividends
        on
            applied.edition = dividends.edition
            and applied.subject_id = dividends.subject_id
            and applied.period_kind = dividends.period_kind
            and applied.period_start = dividends.period_start
            and applied.measure = dividends.counter
    left join counters as divisors
        on
            applied.edition = divisors.edition
            and applied.subject_id = divisors.subject_id
            and applied.period_kind = divisors.period_kind
            and applied.period_start = divisors.period_start
            and applied.divisor = divisors.counter
),

reasoned as (
    select
        *,
        case
            when measured is null then concat('input_missing: ', measure)
            when divided_by is null then concat('input_missing: ', divisor)
            when divided_by = 0 and measured > 0 then concat('nothing_to_divide_by: ', divisor)
        end as null_reason
    from counted
),

valued as (
    select
        *,
        case
            when null_reason is not null then null
            when measured = 0 then 0
            -- With more decimals the last bits of an engine's logarithms show in scores of hundreds of points.
            else round(ln(multiplier * measured / nullif(divided_by, 0) + 1), 10)
        end as term_value
    from reasoned
),

terms_valued as (
    select
        edition,
        subject_id,
        formula_code,
        version,
        period_kind,
        period_start,
        term_code,
        term_order,
        measured,
        divided_by,
        weight,
        cast(term_value as double) as term_value,
        weight * term_value as weighted_value,
        null_reason,
        is_synthetic
    from valued
)

select * from terms_valued
