with periods as (
    select * from {{ ref('int_account_period') }}
),

terms as (
    select * from {{ ref('fct_account_communication_term') }}
),

formulas as (
    select * from {{ ref('communication_formulas') }}
),

formulas_of_kinds as (
    select distinct
        formula_code,
        subject_kind
    from formulas
    where is_applied
),

summed as (
    select
        terms.edition,
        terms.subject_id,
        terms.formula_code,
        terms.version,
        terms.period_kind,
        terms.period_start,
        min(terms.null_reason) as null_reason,
        case
            when count(terms.weighted_value) = count(*)
                then
                    round(
                        max(formulas.scale) * power({{ exact_sum('terms.weighted_value') }}, max(formulas.exponent)), 9
                    )
        end as score
    from terms
    inner join formulas
        on terms.formula_code = formulas.formula_code and terms.version = formulas.version
    group by
        terms.edition, terms.subject_id, terms.formula_code, terms.version, terms.period_kind, terms.period_start
),

scored as (
    select
        periods.edition,
        periods.subject_id,
        periods.subject_kind,
        formulas_of_kinds.formula_code,
        periods.period_kind,
        periods.period_start,
        periods.period_end,
        summed.version as versions,
        cast(null as string) as version_months,
        cast(1 as bigint) as period_count,
        cast(case when summed.score is null then 0 else 1 end as bigint) as scored_count,
        summed.score,
        case when summed.version is null then 'no_version' else summed.null_reason end as null_reason,
        periods.taken_from,
        periods.is_synthetic
    from periods
    inner join formulas_of_kinds on periods.subject_kind = formulas_of_kinds.subject_kind
    left join summed
        on
            periods.edition = summed.edition
            and periods.subject_id = summed.subject_id
            and periods.period_kind = summed.period_kind
            and periods.period_start = summed.period_start
            and formulas_of_kinds.formula_code = summed.formula_code
),

months as (
    select
        *,
        make_date(year(period_start), 1, 1) as year_start
    from scored
    where period_kind = 'month'
),

{{ versions_of_years('months', 'subject_id') }},

years as (
    select
        edition,
        subject_id,
        subject_kind,
        formula_code,
        year_start,
        count(*) as period_count,
        count(score) as scored_count,
        round({{ exact_sum('score') }} / nullif(count(score), 0), 9) as score,
        min(null_reason) as first_null_reason,
        bool_or(is_synthetic) as is_synthetic
    from months
    group by edition, subject_id, subject_kind, formula_code, year_start
),

yearly as (
    select
        years.edition,
        years.subject_id,
        years.subject_kind,
        years.formula_code,
        'year' as period_kind,
        years.year_start as period_start,
        make_date(year(years.year_start), 12, 31) as period_end,
        versions_of_years.versions,
        versions_of_years.version_months,
        years.period_count,
        years.scored_count,
        years.score,
        case when years.score is null then years.first_null_reason end as null_reason,
        'months' as taken_from,
        years.is_synthetic
    from years
    left join versions_of_years
        on
            years.edition = versions_of_years.edition
            and years.subject_id = versions_of_years.subject_id
            and years.formula_code = versions_of_years.formula_code
            and years.year_start = versions_of_years.year_start
),

united as (
    select * from scored
    union all
    select * from yearly
),

communicated as (
    select
        edition,
        subject_id,
        subject_kind,
        formula_code,
        period_kind,
        period_start,
        period_end,
        year(period_end) = edition as is_of_edition,
        versions,
        version_months,
        period_count,
        scored_count,
        score,
        null_reason,
        taken_from,
        is_synthetic
    from united
)

select * from communicated
