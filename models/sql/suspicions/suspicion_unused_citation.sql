with citations as (
    select * from {{ ref('int_citation_accepted') }}
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

winners as (
    select
        winners.edition,
        title_names.title_id,
        winners.subject_id
    from {{ ref('award_winner') }} as winners
    inner join title_names
        on
            winners.edition = title_names.edition
            and winners.series_code = title_names.series_code
            and winners.title_code = title_names.title_code
),

suspicions as (
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
    from citations
    left join winners
        on
            citations.edition = winners.edition
            and citations.title_id = winners.title_id
            and citations.subject_id = winners.subject_id
    where winners.subject_id is null
)

select * from suspicions
