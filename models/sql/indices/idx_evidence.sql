{#- Relation, set of rows, source, whether row numbers are told one by one, and which rows. -#}
{%- set row_sets_of_sources = [
    ('crawled', "'crawl.home'", "'site_crawl'", 'false', 'is_home'),
    ('crawled', "'crawl.inner'", "'site_crawl'", 'false', 'not is_home'),
    ('crawled', "'crawl.available'", "'site_crawl'", 'false', 'is_available'),
    ('inspections', "'inspection'", "'site_inspection'", 'true', 'true'),
    ('questions', "'robot'", "'robot_test'", 'true', 'true'),
    ('declarations', "'declaration'", "'declaration'", 'true', 'true'),
    ('months', "'account'", "'account_activity'", 'true', 'true'),
    ('reviews', "concat('review.', criterion_code)", "'expert_review'", 'true', 'true'),
    ('external_values', "concat('external.', indicator_code)", "'external_indicator'", 'true', 'true'),
    ('communicated', 'row_set', 'source', 'true', 'true'),
    ('communicated_of_bodies', 'row_set', 'source', 'true', 'true'),
    ('surveyed', 'row_set', 'source', 'false', 'true'),
] -%}
with crawled as (
    select * from {{ ref('int_site_crawl_classified') }}
),

inspections as (
    {{ counted_inspections() }}
),

questions as (
    select * from {{ believed('robot_test') }}
),

declarations as (
    select * from {{ ref('int_declaration_latest') }}
),

reviews as (
    select * from {{ ref('int_expert_review_effective') }}
    where score is not null and not is_recused
),

external_values as (
    {{ counted_external_values() }}
),

months as (
    select * from {{ believed('account_activity') }}
    where period_kind = 'month' and year(period_start) = edition
),

posts as (
    select * from {{ ref('int_account_post_placed') }}
    where period_kind = 'month'
),

periods as (
    select * from {{ ref('int_account_period') }}
    where period_kind = 'month' and year(period_start) = edition
),

formulas_of_kinds as (
    select distinct
        formula_code,
        subject_kind
    from {{ ref('communication_formulas') }}
    where is_applied
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

communicated as (
    {% for relation, source in [('months', 'account_activity'), ('posts', 'account_post')] -%}
    select
        {{ relation }}.edition,
        {{ relation }}.subject_id,
        concat('communication.', formulas_of_kinds.formula_code) as row_set,
        '{{ source }}' as source,
        {{ relation }}.file_id,
        {{ relation }}.sheet,
        {{ relation }}.row_number,
        {{ relation }}.is_synthetic
    from {{ relation }}
    inner join periods
        on
            {{ relation }}.edition = periods.edition
            and {{ relation }}.subject_id = periods.subject_id
            and {{ relation }}.period_start = periods.period_start
            and periods.taken_from = '{{ source }}'
    inner join formulas_of_kinds on periods.subject_kind = formulas_of_kinds.subject_kind
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

communicated_of_bodies as (
    select
        communicated.edition,
        sites.subject_id,
        communicated.row_set,
        communicated.source,
        communicated.file_id,
        communicated.sheet,
        communicated.row_number,
        communicated.is_synthetic
    from communicated
    inner join subjects
        on communicated.edition = subjects.edition and communicated.subject_id = subjects.subject_id
    inner join subjects as sites
        on
            subjects.edition = sites.edition
            and subjects.site_code = sites.subject_code
            and sites.subject_kind = 'website'
),

responses as (
    select * from {{ believed('survey_response') }}
),

respondents as (
    select * from {{ ref('int_survey_respondent') }}
    where is_kept
),

rated as (
    select distinct
        edition,
        questionnaire,
        respondent_number,
        subject_id,
        measure
    from {{ ref('int_survey_answer') }}
    where question_kind = 'scale' and score is not null and subject_id is not null
),

survey_scores as (
    select * from {{ ref('fct_survey_score') }}
    where not is_suppressed
),

-- Which row a respondent's is stays unsaid, and of cells too small to publish their number as well.
surveyed as (
    select
        responses.edition,
        responses.subject_id,
        concat('survey.', rated.measure) as row_set,
        'survey_response' as source,
        responses.file_id,
        responses.sheet,
        cast(null as bigint) as row_number,
        responses.is_synthetic
    from responses
    inner join respondents
        on
            responses.edition = respondents.edition
            and responses.questionnaire = respondents.questionnaire
            and responses.respondent_number = respondents.respondent_number
            and responses.subject_id = respondents.subject_id
    inner join rated
        on
            responses.edition = rated.edition
            and responses.questionnaire = rated.questionnaire
            and responses.respondent_number = rated.respondent_number
            and responses.subject_id = rated.subject_id
    inner join survey_scores
        on
            rated.edition = survey_scores.edition
            and rated.subject_id = survey_scores.subject_id
            and rated.measure = survey_scores.measure
),

read_rows as (
    {% for relation, row_set, source, is_listed, where in row_sets_of_sources -%}
    select
        edition,
        subject_id,
        {{ row_set }} as row_set,
        {{ source }} as source,
        file_id,
        sheet,
        row_number,
        {{ is_listed }} as is_listed,
        is_synthetic
    from {{ relation }}
    where {{ where }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

nodes as (
    select * from {{ ref('int_framework_node') }}
    where is_leaf
),

measures as (
    select * from {{ ref('measures') }}
),

files as (
    select * from {{ source('raw', 'file_ledger') }}
    where status = 'landed'
),

measures_of_leaves as (
    select
        edition,
        measure_code
    from nodes
    union
    select
        edition,
        denominator_code as measure_code
    from nodes
    where denominator_code is not null
),

row_sets as (
    select
        measures_of_leaves.edition,
        measures_of_leaves.measure_code,
        case when measures.row_set = '*' then measures_of_leaves.measure_code else measures.row_set end as row_set
    from measures_of_leaves
    inner join measures
        on
            measures_of_leaves.measure_code = measures.measure_code
            or (
                measures.row_set = '*'
                and concat(split_part(measures_of_leaves.measure_code, '.', 1), '.*') = measures.measure_code
            )
),

counted as (
    select
        edition,
        subject_id,
        row_set,
        source,
        file_id,
        sheet,
        count(*) as row_count,
        min(row_number) as first_row_number,
        max(row_number) as last_row_number,
        {{ joined_numbers('case when is_listed then row_number end', ', ') }} as row_numbers,
        bool_or(is_synthetic) as is_synthetic
    from read_rows
    group by edition, subject_id, row_set, source, file_id, sheet
),

evidence as (
    select
        counted.edition,
        counted.subject_id,
        row_sets.measure_code,
        counted.source,
        files.file_name,
        counted.file_id,
        counted.sheet,
        counted.row_count,
        counted.first_row_number,
        counted.last_row_number,
        nullif(counted.row_numbers, '') as row_numbers,
        counted.is_synthetic
    from counted
    inner join row_sets on counted.edition = row_sets.edition and counted.row_set = row_sets.row_set
    left join files
        on
            counted.edition = files.edition
            and counted.source = files.source
            and counted.file_id = files.file_id
)

select * from evidence
