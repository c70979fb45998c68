with documents as (
    select
        edition,
        substring(cast(issued_date as string), 1, 7) as month,
        issuer_level,
        coalesce(province_code, 'unlocated') as province_code,
        issuer,
        is_synthetic
    from {{ ref('int_policy_document_located') }}
),

themed as (
    select
        edition,
        substring(cast(issued_date as string), 1, 7) as month,
        issuer_level,
        theme_code,
        is_synthetic
    from {{ ref('int_policy_document_theme') }}
),

from_provinces as (
    select * from documents
    where issuer_level = 'province'
),

counted as (
    {{ count_by('documents', {
        'total': "'all'",
        'month': 'month',
        'issuer_level': 'issuer_level',
        'issuer': 'issuer',
        'month_issuer_level': "concat(month, ':', issuer_level)",
    }) }}
),

by_province as (
    {{ count_by('from_provinces', {'province': 'province_code'}) }}
),

by_theme as (
    {{ count_by('themed', {
        'theme': 'theme_code',
        'month_theme': "concat(month, ':', theme_code)",
        'theme_issuer_level': "concat(theme_code, ':', issuer_level)",
    }) }}
),

-- A document with two themes counts under each: themes do not add up to the total.
gathered as (
    select * from counted
    union all
    select * from by_province
    union all
    select * from by_theme
),

dated as (
    select
        *,
        case when breakdown like 'month%' then split_part(group_code, ':', 1) end as month
    from gathered
),

tidy as (
    {{ tidy_rows('dated', 'documents', 'row_count', period='month') }}
)

{{ with_group_names('tidy') }}
