-- The figures are of government sites: those of the party are no part of this stock.
with sites as (
    select
        subjects.edition,
        subjects.subject_id,
        subjects.level,
        coalesce(subjects.province_code, 'unlocated') as province_code,
        subjects.site_role,
        subjects.opened_date,
        subjects.closed_date,
        subjects.merged_into_site_code,
        subjects.is_running,
        subjects.is_synthetic
    from {{ ref('dim_subject') }} as subjects
    where {{ is_government_site('subjects') }}
),

stock_dates as (
    select * from {{ ref('stock_dates') }}
),

-- The sites that run are those of the day of the edition's stock, whenever the registry was delivered.
running as (
    select sites.*
    from sites
    inner join {{ ref('editions') }} as editions on sites.edition = editions.edition
    where {{ is_in_stock('sites', 'editions.stock_date') }}
),

policy_documents as (
    select
        edition,
        bool_or(is_synthetic) as is_synthetic
    from {{ believed('policy_document') }}
    group by edition
),

-- How many sites closed nobody knows when is counted beside the stock.
on_stock_dates as (
    select
        sites.edition,
        sites.subject_id,
        dates.stock_date,
        dates.inspection_period,
        dates.earlier_date is not null as has_earlier_date,
        sites.level,
        sites.province_code,
        {{ is_in_stock('sites', 'dates.stock_date') }} as is_in_stock,
        coalesce(sites.opened_date > dates.earlier_date and sites.opened_date <= dates.stock_date, false)
        and (sites.closed_date is not null or sites.is_running) as is_opened,
        coalesce(sites.closed_date > dates.earlier_date and sites.closed_date <= dates.stock_date, false)
            as is_closed,
        sites.merged_into_site_code is not null as is_merged,
        not sites.is_running and sites.closed_date is null as is_undated_closure,
        sites.is_synthetic
    from sites
    inner join stock_dates as dates on sites.edition = dates.edition
),

-- Provincial governments alone: the Production and Construction Corps is none, and a city's document is not theirs.
governments as (
    select
        regions.edition,
        regions.region_code,
        policy_documents.is_synthetic
    from {{ ref('dim_region') }} as regions
    inner join policy_documents on regions.edition = policy_documents.edition
    where regions.level = 'province' and regions.is_evaluated and regions.region_code <> 'XPCC'
),

policies as (
    select
        edition,
        province_code,
        count(*) as policy_count
    from {{ ref('int_policy_document_theme') }}
    where theme_code = 'consolidation' and issuer_level = 'province'
    group by edition, province_code
),

governments_with_policies as (
    select
        governments.edition,
        governments.region_code,
        coalesce(policies.policy_count, 0) as policy_count,
        governments.is_synthetic
    from governments
    left join policies
        on governments.edition = policies.edition and governments.region_code = policies.province_code
),

ordered_inspections as (
    select
        *,
        row_number() over (
            partition by edition, subject_id, period, tier order by inspected_date desc
        ) as inspection_order
    from {{ ref('fct_site_inspection') }}
),

inspected as (
    select
        inspections.edition,
        inspections.subject_id,
        inspections.period,
        inspections.tier,
        coalesce(inspections.failure_reason, 'no_reason') as failure_reason,
        sites.level,
        sites.province_code,
        inspections.is_passed,
        inspections.stratum,
        1 / inspections.inclusion_probability as weight,
        inspections.is_synthetic
    from ordered_inspections as inspections
    inner join sites on inspections.edition = sites.edition and inspections.subject_id = sites.subject_id
    where inspections.inspection_order = 1
),

failed as (
    select * from inspected
    where not is_passed
),

rounds as (
    select distinct
        edition,
        period,
        tier
    from inspected
),

-- A round is held against the stock of its own quarter: only a site of that stock counts, above the line or below.
in_rounds as (
    select
        stock.edition,
        stock.subject_id,
        rounds.period,
        rounds.tier,
        inspected.subject_id is not null as is_inspected,
        stock.is_synthetic
    from on_stock_dates as stock
    inner join rounds on stock.edition = rounds.edition and stock.inspection_period = rounds.period
    left join inspected
        on
            stock.edition = inspected.edition
            and stock.subject_id = inspected.subject_id
            and rounds.period = inspected.period
            and rounds.tier = inspected.tier
    where stock.is_in_stock
),

reasons as (
    select distinct
        edition,
        period,
        tier,
        failure_reason
    from failed
),

-- Every site that failed is below the line of each reason, and above that of its own.
failed_by_reason as (
    select
        failed.edition,
        failed.subject_id,
        failed.period,
        failed.tier,
        reasons.failure_reason,
        failed.failure_reason = reasons.failure_reason as is_own_reason,
        failed.is_synthetic
    from failed
    inner join reasons
        on
            failed.edition = reasons.edition
            and failed.period = reasons.period
            and failed.tier = reasons.tier
),

crawled as (
    select
        crawls.edition,
        crawls.subject_id,
        running.level,
        running.province_code,
        crawls.home_probe_count,
        crawls.home_available_count,
        crawls.inner_page_count,
        crawls.dead_link_count,
        crawls.is_stale,
        crawls.stratum,
        1 / crawls.inclusion_probability as weight,
        crawls.is_synthetic
    from {{ ref('fct_site_crawl') }} as crawls
    inner join running on crawls.edition = running.edition and crawls.subject_id = running.subject_id
),

-- How much of the running sites the crawl saw, of which what it found is told.
{{ crawl_coverage('running', 'crawled', ['level', 'province_code']) }},

declared as (
    select
        declarations.edition,
        declarations.subject_id,
        running.level,
        running.province_code,
        declarations.online_service_count,
        declarations.answered_count,
        declarations.is_synthetic
    from {{ ref('int_declaration_latest') }} as declarations
    inner join running on declarations.edition = running.edition and declarations.subject_id = running.subject_id
),

units as (
    {% set by = ['level', 'province_code'] -%}
    {{ trend_unit('running', 'trend_2_site_stock', 'running_sites', by=by + ['site_role']) }}
    {% set table = 'trend_2_site_flow' -%}
    union all
    {{ trend_unit('on_stock_dates', table, 'stock_sites', by=by, period='stock_date', above=one_if('is_in_stock')) }}
    {% for measure, condition in {
        'opened_sites': 'is_opened',
        'closed_sites': 'is_closed',
        'merged_sites': 'is_closed and is_merged',
    }.items() -%}
    union all
    {{ trend_unit('on_stock_dates', table, measure, by=by, period='stock_date', above=one_if(condition),
        where='has_earlier_date') }}
    {% endfor -%}
    union all
    {{ trend_unit('on_stock_dates', table, 'undated_closures', period='stock_date',
        above=one_if('is_undated_closure')) }}
    {% set table = 'trend_2_consolidation_policy' -%}
    union all
    {{ trend_unit('governments_with_policies', table, 'policy_share', unit='region_code',
        above=one_if('policy_count > 0'), below=1) }}
    union all
    {{ trend_unit('governments_with_policies', table, 'consolidation_policies', unit='region_code',
        above='policy_count') }}
    {% set table = 'trend_2_site_inspection' -%}
    {% set by = ['tier', 'level', 'province_code'] -%}
    union all
    {{ trend_unit('inspected', table, 'inspected_sites', by=by, period='period') }}
    union all
    {{ trend_unit('inspected', table, 'pass_share', by=by, period='period', above=one_if('is_passed'), below=1,
        stratum='stratum', weight='weight') }}
    union all
    {{ trend_unit('in_rounds', table, 'inspected_share', by=['tier'], period='period',
        above=one_if('is_inspected'), below=1) }}
    {% set by = ['tier', 'failure_reason'] -%}
    union all
    {{ trend_unit('failed', table, 'failed_sites', by=by, period='period') }}
    union all
    {{ trend_unit('failed_by_reason', table, 'failure_reason_share', by=by, period='period',
        above=one_if('is_own_reason'), below=1) }}
    {% set table = 'trend_2_site_quality' -%}
    {% set by = ['level', 'province_code'] -%}
    union all
    {{ trend_unit('coverage', table, 'crawled_share', by=by, above=one_if('is_seen'), below=1) }}
    union all
    {{ trend_unit('crawled', table, 'home_available_share', by=by,
        above='home_available_count', below='home_probe_count', stratum='stratum', weight='weight') }}
    union all
    {{ trend_unit('crawled', table, 'dead_link_share', by=by, above='dead_link_count', below='inner_page_count',
        stratum='stratum', weight='weight') }}
    union all
    {{ trend_unit('crawled', table, 'stale_share', by=by, above=one_if('is_stale'), below=1,
        stratum='stratum', weight='weight', where='is_stale is not null') }}
    {% for measure, count in {
        'online_services': 'online_service_count', 'letters_answered': 'answered_count',
    }.items() -%}
    union all
    {{ trend_unit('declared', table, measure, by=by, above=count, below=1, where=count ~ ' is not null') }}
    {% endfor %}
)

select * from units
