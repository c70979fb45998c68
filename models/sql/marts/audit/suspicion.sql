{%- set suspicions = [
    'code_without_division',
    'counter_at_cap',
    'date_after_edition',
    'declared_code',
    'name_against_code',
    'other_name',
    'page_from_the_future',
    'unverified_account',
    'unused_citation',
] -%}
with found as (
    {% for suspicion in suspicions -%}
    select * from {{ ref('suspicion_' ~ suspicion) }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

files as (
    select * from {{ ref('file_ledger') }}
    where status = 'landed'
),

texts as (
    select * from {{ ref('suspicions') }}
),

suspected as (
    select
        found.edition,
        found.suspicion_code,
        texts.name_zh,
        texts.name_en,
        found.subject_id,
        found.source,
        files.file_name,
        found.sheet,
        found.row_number,
        found.seen,
        found.expected,
        found.is_synthetic
    from found
    inner join texts on found.suspicion_code = texts.suspicion_code
    left join files
        on found.edition = files.edition and found.source = files.source and found.file_id = files.file_id
)

select * from suspected
