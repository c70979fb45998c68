with documents as (
    select
        edition,
        concat(cast(issued_date as string), ' ', title) as document_code,
        substring(cast(issued_date as string), 1, 7) as month,
        issuer_level,
        issuer,
        province_code,
        is_synthetic
    from {{ ref('int_policy_document_theme') }}
    where theme_code = 'any'
),

document_themes as (
    select
        edition,
        theme_code,
        concat(cast(issued_date as string), ' ', title) as document_code,
        issued_date,
        substring(cast(issued_date as string), 1, 7) as month,
        issuer_level,
        is_synthetic
    from {{ ref('int_policy_document_theme') }}
    where theme_code <> 'any'
),

subjects as (
    select
        edition,
        subject_id,
        level,
        coalesce(province_code, 'unlocated') as province_code
    from {{ ref('dim_subject') }}
),

crawls as (
    select
        edition,
        subject_id,
        stratum,
        1 / inclusion_probability as weight
    from {{ ref('fct_site_crawl') }}
),

page_days as (
    select
        days.edition,
        days.subject_id,
        days.theme_code,
        days.published_date,
        days.page_count,
        subjects.level,
        subjects.province_code,
        crawls.stratum,
        crawls.weight,
        days.is_synthetic
    from {{ ref('int_site_page_day') }} as days
    inner join subjects on days.edition = subjects.edition and days.subject_id = subjects.subject_id
    left join crawls on days.edition = crawls.edition and days.subject_id = crawls.subject_id
),

running as (
    select
        sites.edition,
        sites.subject_id,
        sites.level,
        coalesce(sites.province_code, 'unlocated') as province_code
    from {{ ref('dim_subject') }} as sites
    inner join {{ ref('editions') }} as editions on sites.edition = editions.edition
    where sites.subject_kind = 'website' and {{ is_in_stock('sites', 'editions.stock_date') }}
),

dated_sites as (
    select
        edition,
        subject_id,
        bool_or(is_synthetic) as is_synthetic
    from page_days
    where year(published_date) = edition and theme_code = 'any'
    group by edition, subject_id
),

-- Of how much of the running sites the crawl saw a page of the year, of which what they are about is told.
{{ crawl_coverage('running', 'dated_sites', ['level', 'province_code']) }},

themes as (
    select theme_code from {{ ref('policy_themes') }}
),

first_documents as (
    select
        edition,
        theme_code,
        min(issued_date) as issued_date
    from document_themes
    group by edition, theme_code
),

-- A site that published nothing since the first document of a theme had no occasion to take it up.
occasions as (
    select
        issued.edition,
        issued.theme_code,
        issued.issued_date,
        days.subject_id,
        days.level,
        min(case when days.theme_code = issued.theme_code then days.published_date end) as first_date,
        max(days.stratum) as stratum,
        max(days.weight) as weight,
        bool_or(days.is_synthetic) as is_synthetic
    from first_documents as issued
    inner join page_days as days
        on
            issued.edition = days.edition
            and issued.issued_date <= days.published_date
            and (issued.theme_code = days.theme_code or days.theme_code = 'any')
    group by issued.edition, issued.theme_code, issued.issued_date, days.subject_id, days.level
),

-- Until when uptake could be seen at all: the last day of any page of the edition.
observed as (
    select
        edition,
        max(published_date) as last_date
    from page_days
    group by edition
),

lags as (
    select
        occasions.*,
        {{ days_between('occasions.issued_date', 'occasions.first_date') }} as lag_days,
        {{ days_between('occasions.issued_date', 'observed.last_date') }} as observed_days
    from occasions
    inner join observed on occasions.edition = observed.edition
),

-- The pages of the edition's own year, in the year and in each month: what is older says nothing of it.
site_pages as (
    select
        edition,
        subject_id,
        level,
        province_code,
        theme_code,
        cast(null as string) as month,
        sum(page_count) as page_count,
        max(stratum) as stratum,
        max(weight) as weight,
        bool_or(is_synthetic) as is_synthetic
    from page_days
    where year(published_date) = edition
    group by edition, subject_id, level, province_code, theme_code
    union all
    select
        edition,
        subject_id,
        level,
        province_code,
        theme_code,
        substring(cast(published_date as string), 1, 7) as month,
        sum(page_count) as page_count,
        max(stratum) as stratum,
        max(weight) as weight,
        bool_or(is_synthetic) as is_synthetic
    from page_days
    where year(published_date) = edition
    group by
        edition, subject_id, level, province_code, theme_code, substring(cast(published_date as string), 1, 7)
),

-- A site that published at all is counted under every theme, whether it took it up or not.
theme_pages as (
    select
        published.edition,
        published.subject_id,
        published.level,
        published.province_code,
        themes.theme_code,
        published.month,
        published.page_count,
        published.stratum,
        published.weight,
        coalesce(themed.page_count, 0) as themed_page_count,
        published.is_synthetic
    from site_pages as published
    cross join themes
    left join site_pages as themed
        on
            published.edition = themed.edition
            and published.subject_id = themed.subject_id
            and published.month is not distinct from themed.month
            and themes.theme_code = themed.theme_code
    where published.theme_code = 'any'
),

units as (
    {% set table = 'trend_1_policy_record' -%}
    {{ trend_unit('documents', table, 'documents', unit='document_code',
        by=['issuer_level', 'issuer', 'province_code']) }}
    union all
    {{ trend_unit('documents', table, 'documents', unit='document_code', by=['issuer_level'], period='month') }}
    union all
    {{ trend_unit('document_themes', table, 'documents', unit='document_code', by=['theme_code', 'issuer_level']) }}
    union all
    {{ trend_unit('document_themes', table, 'documents', unit='document_code', by=['theme_code'], period='month') }}
    {% set table = 'trend_1_theme_lag' -%}
    {% set by = ['theme_code', 'level'] -%}
    union all
    {{ trend_unit('coverage', table, 'crawled_share', by=['level', 'province_code'], above=one_if('is_seen'),
        below=1) }}
    union all
    {{ trend_unit('lags', table, 'uptaken_share', by=by, above=one_if('first_date is not null'), below=1,
        stratum='stratum', weight='weight') }}
    {#- Of those who had the whole time: who has not taken it up yet would be missing from a median of lags. #}
    {% for days in [30, 60, 90] -%}
    union all
    {{ trend_unit('lags', table, 'uptaken_' ~ days ~ '_share', by=by,
        above=one_if('coalesce(lag_days <= ' ~ days ~ ', false)'), below=1, stratum='stratum', weight='weight',
        where='observed_days >= ' ~ days) }}
    {% endfor -%}
    union all
    {{ trend_unit('lags', table, 'first_lag_days', by=by, amount='lag_days', where='first_date is not null') }}
    {% set table = 'trend_1_theme_uptake' -%}
    {% set by = ['theme_code', 'level', 'province_code'] -%}
    union all
    {{ trend_unit('coverage', table, 'crawled_share', by=['level', 'province_code'], above=one_if('is_seen'),
        below=1) }}
    union all
    {{ trend_unit('theme_pages', table, 'site_share', by=by, period='month',
        above=one_if('themed_page_count > 0'), below=1, stratum='stratum', weight='weight') }}
    union all
    {{ trend_unit('theme_pages', table, 'page_share', by=by, period='month',
        above='themed_page_count', below='page_count', stratum='stratum', weight='weight') }}
)

select * from units
