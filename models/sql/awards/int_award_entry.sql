with nominations as (
    select * from {{ ref('int_award_nomination') }}
),

titles as (
    select * from {{ ref('int_award_title') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

quotas as (
    select * from {{ ref('award_quotas') }}
),

placed as (
    select
        nominations.edition,
        nominations.series_code,
        nominations.title_code,
        nominations.subject_id,
        subjects.subject_name as subject_name_zh,
        coalesce(subjects.organiser_name, subjects.subject_name) as organiser_name,
        {{ class_of('titles.classed_by', 'subjects') }} as rank_class,
        subjects.is_running,
        {{ is_admitted('subjects.subject_kind', 'titles.subject_kinds') }}
        and {{ is_admitted("coalesce(subjects.site_role, '')", 'titles.site_roles') }}
        and {{ is_admitted("coalesce(subjects.level, '')", 'titles.levels') }}
        and {{ is_admitted("coalesce(subjects.system, '')", 'titles.systems') }} as is_in_scope,
        nominations.self_nomination_count,
        nominations.expert_nomination_count,
        nominations.recused_nominator_count,
        nominations.nominated_name_count,
        nominations.nominated_names,
        nominations.is_synthetic or subjects.is_synthetic as is_synthetic
    from nominations
    inner join titles
        on
            nominations.edition = titles.edition
            and nominations.series_code = titles.series_code
            and nominations.title_code = titles.title_code
    inner join subjects
        on nominations.edition = subjects.edition and nominations.subject_id = subjects.subject_id
),

entered as (
    select
        placed.*,
        quotas.quota,
        quotas.rank_class is not null as has_class
    from placed
    left join quotas
        on
            placed.edition = quotas.edition
            and placed.series_code = quotas.series_code
            and placed.title_code = quotas.title_code
            and placed.rank_class = quotas.rank_class
)

select * from entered
