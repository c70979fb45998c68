-- Provincial governments alone: the Production and Construction Corps is none.
with provinces as (
    select
        regions.edition,
        regions.region_code
    from {{ ref('dim_region') }} as regions
    inner join (
        select distinct edition
        from {{ believed('policy_document') }}
    ) as recorded on regions.edition = recorded.edition
    where regions.level = 'province' and regions.is_evaluated and regions.region_code <> 'XPCC'
),

policies as (
    select
        edition,
        province_code,
        count(*) as policy_count,
        min(issued_date) as first_issued_date
    from {{ ref('int_policy_document_theme') }}
    where theme_code = 'consolidation' and province_code is not null
    group by edition, province_code
),

records as (
    select
        edition,
        bool_or(is_synthetic) as is_synthetic
    from {{ believed('policy_document') }}
    group by edition
),

covered as (
    select
        provinces.edition,
        provinces.region_code,
        coalesce(policies.policy_count, 0) as policy_count,
        policies.province_code is not null as has_policy,
        records.is_synthetic
    from provinces
    inner join records on provinces.edition = records.edition
    left join policies on provinces.edition = policies.edition and provinces.region_code = policies.province_code
),

counted as (
    {{ count_by(
        'covered',
        {'total': "'all'", 'province': 'region_code'},
        {'with_policy': 'has_policy'},
        {'policies': 'policy_count'},
    ) }}
),

tidy as (
    {{ tidy_rows('counted', 'policy_share', 'with_policy', 'row_count', where="breakdown = 'total'") }}
    union all
    {{ tidy_rows('counted', 'consolidation_policies', 'policies') }}
)

{{ with_group_names('tidy') }}
