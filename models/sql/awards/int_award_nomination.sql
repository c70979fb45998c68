with nominations as (
    select * from {{ ref('int_nomination_effective') }}
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

recusals as (
    select distinct
        reviews.edition,
        title_names.series_code,
        title_names.title_code,
        reviews.subject_id,
        reviews.expert_id
    from {{ ref('int_expert_review_effective') }} as reviews
    inner join title_names on reviews.edition = title_names.edition and reviews.title_id = title_names.title_id
    where reviews.is_recused
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

counted as (
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

described as (
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
    from counted
    left join names
        on
            counted.edition = names.edition
            and counted.series_code = names.series_code
            and counted.title_code = names.title_code
            and counted.subject_id = names.subject_id
)

select * from described
