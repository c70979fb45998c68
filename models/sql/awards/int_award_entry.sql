with nominations as (
    select * from {{ ref('int_nomination_effective') }}
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

reviews as (
    select
        effective.*,
        title_names.series_code,
        title_names.title_code as meant_title_code
    from {{ ref('int_expert_review_effective') }} as effective
    inner join title_names on effective.edition = title_names.edition and effective.title_id = title_names.title_id
),

recusals as (
    select distinct
        edition,
        series_code,
        meant_title_code as title_code,
        subject_id,
        expert_id
    from reviews
    where is_recused
),

judged as (
    select
        nominations.edition,
        title_names.series_code,
        title_names.title_code,
        nominations.subject_id,
        nominations.nominator_kind,
        nominations.nominator_id,
        nominations.subject_name,
        nominations.is_withdrawn,
        nominations.nominator_kind = 'expert' and recusals.expert_id is not null as is_of_recused,
        nominations.is_synthetic
    from nominations
    inner join title_names
        on nominations.edition = title_names.edition and nominations.title_id = title_names.title_id
    left join recusals
        on
            nominations.edition = recusals.edition
            and title_names.series_code = recusals.series_code
            and title_names.title_code = recusals.title_code
            and nominations.subject_id = recusals.subject_id
            and nominations.nominator_id = recusals.expert_id
),

distinct_names as (
    select distinct
        edition,
        series_code,
        title_code,
        subject_id,
        subject_name
    from judged
    where subject_name is not null
),

names as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        count(*) as nominated_name_count,
        {{ joined_text('subject_name', '|') }} as nominated_names
    from distinct_names
    group by edition, series_code, title_code, subject_id
),

nominated as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        count(distinct case
            when nominator_kind = 'self' and not is_withdrawn then nominator_id
        end) as self_nomination_count,
        count(distinct case
            when nominator_kind = 'expert' and not is_withdrawn and not is_of_recused then nominator_id
        end) as expert_nomination_count,
        count(distinct case
            when not is_withdrawn and is_of_recused then nominator_id
        end) as recused_nominator_count,
        bool_or(is_synthetic) as is_synthetic
    from judged
    group by edition, series_code, title_code, subject_id
),

candidates as (
    select
        counted.edition,
        counted.series_code,
        counted.title_code,
        counted.subject_id,
        counted.self_nomination_count,
        counted.expert_nomination_count,
        counted.recused_nominator_count,
        coalesce(names.nominated_name_count, 0) as nominated_name_count,
        names.nominated_names,
        counted.is_synthetic
    from nominated as counted
    left join names
        on
            counted.edition = names.edition
            and counted.series_code = names.series_code
            and counted.title_code = names.title_code
            and counted.subject_id = names.subject_id
),

-- One voice per expert: whoever recused from any part of a subject has none, and one no is a no.
voices as (
    select
        reviews.edition,
        reviews.series_code,
        reviews.meant_title_code as title_code,
        reviews.subject_id,
        reviews.expert_id,
        bool_or(reviews.is_recused) as is_recused,
        count(reviews.score) > 0 as has_score,
        count(reviews.is_recommended) > 0 as has_voice,
        count(case when not reviews.is_recommended then 1 end) = 0 as is_approving
    from reviews
    group by
        reviews.edition, reviews.series_code, reviews.meant_title_code, reviews.subject_id, reviews.expert_id
),

approvals as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        count(case when has_score and not is_recused then 1 end) as reviewer_count,
        count(case when is_recused then 1 end) as recused_count,
        count(case when has_voice and not is_recused then 1 end) as voice_count,
        count(case when has_voice and not is_recused and is_approving then 1 end) as approving_count
    from voices
    group by edition, series_code, title_code, subject_id
),

titles as (
    select * from {{ ref('award_title') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

quotas as (
    select * from {{ ref('award_quotas') }}
),

placed as (
    select
        candidates.edition,
        candidates.series_code,
        candidates.title_code,
        candidates.subject_id,
        subjects.subject_name as subject_name_zh,
        coalesce(subjects.organiser_name, subjects.subject_name) as organiser_name,
        {{ class_of('titles.classed_by', 'subjects') }} as rank_class,
        subjects.is_running,
        {{ is_admitted('subjects.subject_kind', 'titles.subject_kinds') }}
        and {{ is_admitted("coalesce(subjects.site_role, '')", 'titles.site_roles') }}
        and {{ is_admitted("coalesce(subjects.level, '')", 'titles.levels') }}
        and {{ is_admitted("coalesce(subjects.system, '')", 'titles.systems') }} as is_in_scope,
        candidates.self_nomination_count,
        candidates.expert_nomination_count,
        candidates.recused_nominator_count,
        candidates.nominated_name_count,
        candidates.nominated_names,
        coalesce(approvals.reviewer_count, 0) as reviewer_count,
        coalesce(approvals.recused_count, 0) as recused_count,
        coalesce(approvals.voice_count, 0) as voice_count,
        coalesce(approvals.approving_count, 0) as approving_count,
        candidates.is_synthetic or subjects.is_synthetic as is_synthetic
    from candidates
    inner join titles
        on
            candidates.edition = titles.edition
            and candidates.series_code = titles.series_code
            and candidates.title_code = titles.title_code
    inner join subjects
        on candidates.edition = subjects.edition and candidates.subject_id = subjects.subject_id
    left join approvals
        on
            candidates.edition = approvals.edition
            and candidates.series_code = approvals.series_code
            and candidates.title_code = approvals.title_code
            and candidates.subject_id = approvals.subject_id
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
