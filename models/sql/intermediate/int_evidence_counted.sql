with counted as (
    {% for name in source_names() if name != 'nomination' -%}
    select
        edition,
        '{{ name }}' as source,
        'all' as part,
        count(*) as row_count,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_' ~ name ~ '_accepted') }}
    group by edition
    union all
    {% endfor -%}
    select
        edition,
        'nomination' as source,
        nominator_kind as part,
        count(*) as row_count,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_nomination_accepted') }}
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
)

select * from counted
