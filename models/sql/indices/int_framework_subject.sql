with frameworks as (
    select * from {{ ref('frameworks') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
    where is_running
),

in_scope as (
    select
        frameworks.edition,
        frameworks.index_code,
        subjects.subject_id,
        subjects.subject_kind,
        subjects.is_synthetic,
        {{ class_of('frameworks.ranked_by', 'subjects') }} as rank_class
    from frameworks
    inner join subjects
        on
            frameworks.edition = subjects.edition
            and {{ is_admitted('subjects.subject_kind', 'frameworks.subject_kinds') }}
            and {{ is_admitted('subjects.site_role', 'frameworks.site_roles') }}
            and {{ is_admitted('subjects.level', 'frameworks.levels') }}
            and {{ is_admitted('subjects.system', 'frameworks.systems') }}
)

select * from in_scope
