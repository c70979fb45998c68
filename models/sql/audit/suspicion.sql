{#-
    What a human should look at: one common table expression per suspicion, in the form of `found`, and its name and
    reason in the seed `suspicions`. None of them blocks anything.
-#}
{%- set capped_counters = {
    'account_post': ['read_count', 'like_count', 'repost_count', 'comment_count'],
    'account_activity': ['max_read_count'],
} -%}
{%- set dates = {
    'account_activity': 'period_start',
    'account_post': 'published_at',
    'declaration': 'declared_at',
    'expert_review': 'reviewed_date',
    'external_indicator': 'period_start',
    'nomination': 'nominated_date',
    'platform_census': 'snapshot_date',
    'platform_check': 'checked_date',
    'policy_document': 'issued_date',
    'robot_test': 'tested_at',
    'site_crawl': 'fetched_at',
    'site_inspection': 'inspected_date',
    'survey_response': 'submitted_at',
} -%}
{#- What is of another year than the edition's says nothing of the edition, and is left out of it. -#}
{%- set of_the_year = ['account_activity', 'account_post', 'site_inspection'] -%}
{{ config(meta={'dates': dates}) }}
with editions as (
    select * from {{ ref('editions') }}
),

parameters as (
    {{ parameters(['crawl.utc_offset_hours']) }}
),

regions as (
    select * from {{ ref('dim_region') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

-- Sites of local governments: the code of a ministry begins with bm and names no division.
local_sites as (
    select * from subjects
    where site_code is not null and home_host is not null and site_code not like 'bm%'
),

code_without_division as (
    select
        local_sites.edition,
        'code_without_division' as suspicion_code,
        local_sites.subject_id,
        'site_registry' as source,
        local_sites.file_id,
        local_sites.sheet,
        local_sites.row_number,
        substring(local_sites.site_code, 1, 6) as seen,
        cast(null as string) as expected,
        local_sites.is_synthetic
    from local_sites
    left join regions
        on local_sites.edition = regions.edition and substring(local_sites.site_code, 1, 6) = regions.region_code
    where local_sites.region_code is null and regions.region_code is null
),

provinces as (
    select
        edition,
        region_code,
        regexp_replace(name_zh, '(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$', '') as short_name
    from regions
    where level = 'province' and region_code <> 'XPCC'
),

name_against_code as (
    select
        local_sites.edition,
        'name_against_code' as suspicion_code,
        local_sites.subject_id,
        'site_registry' as source,
        local_sites.file_id,
        local_sites.sheet,
        local_sites.row_number,
        local_sites.subject_name as seen,
        own.short_name as expected,
        local_sites.is_synthetic
    from local_sites
    inner join provinces as own
        on
            local_sites.edition = own.edition
            and concat(substring(local_sites.site_code, 1, 2), '0000') = own.region_code
    inner join provinces as others
        on
            local_sites.edition = others.edition
            and own.region_code <> others.region_code
            and substring(local_sites.subject_name, 1, 4) like concat(others.short_name, '%')
    where not contains(local_sites.subject_name, own.short_name)
),

declared_code as (
    select
        edition,
        'declared_code' as suspicion_code,
        subject_id,
        'site_crawl' as source,
        file_id,
        sheet,
        row_number,
        declared_site_code as seen,
        replace(subject_id, 'website:', '') as expected,
        is_synthetic
    from {{ ref('fct_site_home') }}
    where not is_code_confirmed
),

pages_dated_after_fetch as (
    select
        pages.edition,
        pages.subject_id,
        pages.published_date,
        cast({{ plus_hours('pages.fetched_at', 'parameters.crawl_utc_offset_hours') }} as date) as fetched_date
    from {{ ref('int_site_crawl_classified') }} as pages
    inner join parameters on pages.edition = parameters.edition
    where pages.is_dated_after_fetch
),

pages_from_the_future as (
    select
        edition,
        subject_id,
        count(*) as page_count,
        max(published_date) as latest_published_date,
        max(fetched_date) as latest_fetched_date
    from pages_dated_after_fetch
    group by edition, subject_id
),

page_from_the_future as (
    select
        pages.edition,
        'page_from_the_future' as suspicion_code,
        pages.subject_id,
        'site_crawl' as source,
        subjects.file_id,
        subjects.sheet,
        subjects.row_number,
        concat(cast(pages.latest_published_date as string), ' (', cast(pages.page_count as string), ')') as seen,
        concat('<= ', cast(pages.latest_fetched_date as string)) as expected,
        subjects.is_synthetic
    from pages_from_the_future as pages
    inner join subjects on pages.edition = subjects.edition and pages.subject_id = subjects.subject_id
),

caps as (
    select * from {{ ref('counter_caps') }}
),

counters as (
    {% for source_name, columns in capped_counters.items() -%}
    {% set is_last_source = loop.last -%}
    {% for column in columns -%}
    select
        edition,
        '{{ source_name }}' as source,
        '{{ column }}' as column_name,
        subject_kind,
        subject_id,
        {{ column }} as counter_value,
        file_id,
        sheet,
        row_number,
        is_synthetic
    from {{ believed(source_name) }}
    where {{ column }} is not null
    {% if not (is_last_source and loop.last) -%}
    union all
    {% endif -%}
    {% endfor -%}
    {% endfor -%}
),

counter_at_cap as (
    select
        counters.edition,
        'counter_at_cap' as suspicion_code,
        counters.subject_id,
        counters.source,
        counters.file_id,
        counters.sheet,
        min(counters.row_number) as row_number,
        concat(counters.column_name, ' = ', cast(caps.cap as string), ' (', cast(count(*) as string), ')') as seen,
        concat('>= ', cast(caps.cap as string)) as expected,
        bool_or(counters.is_synthetic) as is_synthetic
    from counters
    inner join caps
        on
            counters.source = caps.source
            and counters.column_name = caps.column_name
            and counters.subject_kind = caps.subject_kind
            and counters.counter_value = caps.cap
    group by
        counters.edition, counters.subject_id, counters.source, counters.file_id, counters.sheet,
        counters.column_name, caps.cap
),

days as (
    {% for source_name, column in dates.items() -%}
    select
        edition,
        '{{ source_name }}' as source,
        file_id,
        cast({{ column }} as date) as day,
        count(*) as row_count,
        min(row_number) as row_number,
        bool_or(is_synthetic) as is_synthetic
    from {{ staged_rows(source_name) }}
    where rejections is null
    group by edition, file_id, cast({{ column }} as date)
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

date_after_edition as (
    select
        days.edition,
        'date_after_edition' as suspicion_code,
        cast(null as string) as subject_id,
        days.source,
        days.file_id,
        cast(null as string) as sheet,
        min(days.row_number) as row_number,
        concat(cast(max(days.day) as string), ' (', cast(cast(sum(days.row_count) as bigint) as string), ')') as seen,
        concat('<= ', cast(editions.collected_until as string)) as expected,
        bool_or(days.is_synthetic) as is_synthetic
    from days
    inner join editions on days.edition = editions.edition and days.day > editions.collected_until
    group by days.edition, days.source, days.file_id, editions.collected_until
),

date_before_edition as (
    select
        edition,
        'date_before_edition' as suspicion_code,
        cast(null as string) as subject_id,
        source,
        file_id,
        cast(null as string) as sheet,
        min(row_number) as row_number,
        concat(cast(min(day) as string), ' (', cast(cast(sum(row_count) as bigint) as string), ')') as seen,
        concat('>= ', cast(edition as string), '-01-01') as expected,
        bool_or(is_synthetic) as is_synthetic
    from days
    where
        year(day) < edition
        and source in (
            {%- for source_name in of_the_year %}
            '{{ source_name }}'{% if not loop.last %},{% endif %}
            {%- endfor %}
        )
    group by edition, source, file_id
),

other_name as (
    select
        nominations.edition,
        'other_name' as suspicion_code,
        nominations.subject_id,
        'nomination' as source,
        nominations.file_id,
        nominations.sheet,
        nominations.row_number,
        nominations.subject_name as seen,
        subjects.subject_name as expected,
        nominations.is_synthetic
    from {{ believed('nomination') }} as nominations
    inner join subjects
        on nominations.edition = subjects.edition and nominations.subject_id = subjects.subject_id
    where nominations.subject_name <> subjects.subject_name
),

unverified_account as (
    select
        edition,
        'unverified_account' as suspicion_code,
        subject_id,
        'account_profile' as source,
        file_id,
        sheet,
        row_number,
        coalesce(account_name, subject_code) as seen,
        cast(null as string) as expected,
        is_synthetic
    from {{ believed('account_profile') }}
    where is_verified = false
),

winners as (
    select
        winners.edition,
        title_names.title_id,
        winners.subject_id
    from {{ ref('award_winner') }} as winners
    inner join {{ ref('int_award_title_name') }} as title_names
        on
            winners.edition = title_names.edition
            and winners.series_code = title_names.series_code
            and winners.title_code = title_names.title_code
),

unused_citation as (
    select
        citations.edition,
        'unused_citation' as suspicion_code,
        citations.subject_id,
        'citation' as source,
        citations.file_id,
        citations.sheet,
        citations.row_number,
        citations.title_id as seen,
        cast(null as string) as expected,
        citations.is_synthetic
    from {{ believed('citation') }} as citations
    left join winners
        on
            citations.edition = winners.edition
            and citations.title_id = winners.title_id
            and citations.subject_id = winners.subject_id
    where winners.subject_id is null
),

history as (
    select * from {{ ref('award_history') }}
),

-- A win that no row of wins takes up: of a title or of a subject that nobody knows, or of a year that is not past.
unknown_win as (
    select distinct
        delivered.edition,
        'unknown_win' as suspicion_code,
        delivered.subject_id,
        'award_history' as source,
        delivered.file_id,
        delivered.sheet,
        delivered.row_number,
        concat(cast(delivered.award_year as string), ' ', delivered.title_code) as seen,
        cast(null as string) as expected,
        delivered.is_synthetic
    from {{ believed('award_history') }} as delivered
    inner join history
        on
            delivered.edition = history.edition
            and delivered.award_year = history.award_year
            and delivered.subject_id = history.subject_id
    where
        not history.is_registered
        or (not history.is_counted and history.title_code = delivered.title_code)
        or history.award_year >= history.edition
),

found as (
    {% for suspicion in [
        'code_without_division', 'name_against_code', 'declared_code', 'page_from_the_future', 'counter_at_cap',
        'date_after_edition', 'date_before_edition', 'other_name', 'unverified_account', 'unused_citation', 'unknown_win',
    ] -%}
    select * from {{ suspicion }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

files as (
    select * from {{ ref('file_ledger') }}
    where status = 'landed'
),

texts as (
    select * from {{ ref('suspicions') }}
),

suspected as (
    select
        found.edition,
        found.suspicion_code,
        texts.name_zh,
        texts.name_en,
        found.subject_id,
        found.source,
        files.file_name,
        found.sheet,
        found.row_number,
        found.seen,
        found.expected,
        found.is_synthetic
    from found
    inner join texts on found.suspicion_code = texts.suspicion_code
    left join files
        on found.edition = files.edition and found.source = files.source and found.file_id = files.file_id
)

select * from suspected
