with methods as (
    select * from {{ ref('evaluation_methods') }}
),

counted as (
    {% for name in source_names() if name != 'nomination' -%}
    select
        edition,
        '{{ name }}' as source,
        'all' as part,
        count(*) as row_count,
        bool_or(is_synthetic) as is_synthetic
    from {{ believed(name) }}
    group by edition
    union all
    {% endfor -%}
    select
        edition,
        'nomination' as source,
        nominator_kind as part,
        count(*) as row_count,
        bool_or(is_synthetic) as is_synthetic
    from {{ believed('nomination') }}
    where not is_withdrawn
    group by edition, nominator_kind
    union all
    select
        edition,
        'idx_rank' as source,
        'all' as part,
        count(*) as row_count,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('idx_rank') }}
    where subject_rank is not null
    group by edition
),

-- An edition that nothing was delivered for has no evidence to speak of.
editions as (
    select
        edition,
        bool_or(is_synthetic) as is_synthetic
    from counted
    group by edition
),

evidence as (
    select
        editions.edition,
        methods.method_code,
        methods.method_order,
        methods.name_zh,
        methods.name_en,
        methods.evidence_order,
        methods.source,
        methods.part,
        methods.evidence_zh,
        methods.evidence_en,
        methods.unit_zh,
        coalesce(counted.row_count, 0) as row_count,
        coalesce(counted.is_synthetic, editions.is_synthetic) as is_synthetic
    from editions
    cross join methods
    left join counted
        on
            editions.edition = counted.edition
            and methods.source = counted.source
            and methods.part = counted.part
)

select * from evidence
