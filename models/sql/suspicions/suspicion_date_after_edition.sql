{%- set dated = {
    'declaration': 'declared_at',
    'expert_review': 'reviewed_date',
    'external_indicator': 'period_start',
    'nomination': 'nominated_date',
    'policy_document': 'issued_date',
    'robot_test': 'tested_at',
    'site_crawl': 'fetched_at',
    'site_inspection': 'inspected_date',
    'survey_response': 'submitted_at',
} -%}
with editions as (
    select * from {{ ref('editions') }}
),

{% for source_name, column in dated.items() -%}
late_{{ source_name }} as (
    select
        edition,
        '{{ source_name }}' as source,
        file_id,
        cast({{ column }} as date) as dated_at,
        count(*) as late_count,
        min(row_number) as row_number,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('stg_' ~ source_name) }}
    group by edition, file_id, cast({{ column }} as date)
),

{% endfor -%}

dated as (
    {% for source_name in dated -%}
    select * from late_{{ source_name }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

suspicions as (
    select
        dated.edition,
        'date_after_edition' as suspicion_code,
        cast(null as string) as subject_id,
        dated.source,
        dated.file_id,
        cast(null as string) as sheet,
        min(dated.row_number) as row_number,
        concat(cast(max(dated.dated_at) as string), ' (', cast(cast(sum(dated.late_count) as bigint) as string), ')')
            as seen,
        concat('<= ', cast(editions.collected_until as string)) as expected,
        bool_or(dated.is_synthetic) as is_synthetic
    from dated
    inner join editions on dated.edition = editions.edition and dated.dated_at > editions.collected_until
    group by dated.edition, dated.source, dated.file_id, editions.collected_until
)

select * from suspicions
