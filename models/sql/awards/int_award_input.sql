with entries as (
    select * from {{ ref('int_award_entry') }}
),

inputs as (
    select * from {{ ref('award_inputs') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

frameworks as (
    select * from {{ ref('frameworks') }}
),

ranks as (
    select * from {{ ref('idx_rank') }}
),

nodes as (
    select * from {{ ref('idx_score') }}
),

measures as (
    select * from {{ ref('int_measure_value') }}
),

reviews as (
    select * from {{ ref('fct_expert_review') }}
    where adjusted_score is not null
),

title_names as (
    select * from {{ ref('int_award_title_name') }}
),

-- An expert who scored a subject for the title and for all of the series has one voice.
voices as (
    select
        reviews.edition,
        title_names.series_code,
        title_names.title_code,
        reviews.subject_id,
        reviews.criterion_code,
        reviews.expert_id,
        {{ exact_mean('reviews.adjusted_score') }} as adjusted_score
    from reviews
    inner join title_names
        on
            reviews.edition = title_names.edition
            and reviews.series_code = title_names.series_code
            and {{ title_id('title_names.series_number', 'reviews.title_code') }} = title_names.title_id
    group by
        reviews.edition,
        title_names.series_code,
        title_names.title_code,
        reviews.subject_id,
        reviews.criterion_code,
        reviews.expert_id
),

panel_means as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        criterion_code,
        {{ exact_mean('adjusted_score') }} as adjusted_mean,
        round(stddev_samp(adjusted_score) / sqrt(count(*)), 6) as standard_error,
        count(*) as review_count
    from voices
    group by edition, series_code, title_code, subject_id, criterion_code
),

asked as (
    select
        entries.edition,
        entries.series_code,
        entries.title_code,
        entries.subject_id,
        entries.rank_class,
        entries.quota,
        entries.voice_count,
        entries.approving_count,
        entries.is_synthetic,
        inputs.input_code,
        inputs.input_kind,
        inputs.index_code,
        inputs.value_code,
        inputs.name_zh,
        inputs.name_en,
        inputs.weight
    from entries
    inner join subjects on entries.edition = subjects.edition and entries.subject_id = subjects.subject_id
    inner join inputs
        on
            entries.edition = inputs.edition
            and entries.series_code = inputs.series_code
            and entries.title_code = inputs.title_code
            and {{ is_admitted('subjects.system', 'inputs.systems') }}
),

read_values as (
    select
        asked.*,
        case asked.input_kind
            when 'index' then 100 * ranks.index_score / frameworks.score_scale
            when 'node' then nodes.score
            when 'measure' then measures.value
            when 'adjusted_review' then {{ within_scale('panel_means.adjusted_mean') }}
            when 'recommendation' then 100 * {{ share('asked.approving_count', 'asked.voice_count') }}
        end as input_score,
        case asked.input_kind
            when 'index' then 100 * ranks.standard_error / frameworks.score_scale
            when 'node' then nodes.standard_error
            when 'measure' then measures.standard_error
            when 'adjusted_review' then panel_means.standard_error
            -- All voices are counted: what share of them approves is known.
            when 'recommendation' then cast(0 as double)
        end as standard_error,
        case asked.input_kind
            when 'measure' then measures.sampling_law
            when 'adjusted_review' then 'mean'
        end as sampling_law,
        case asked.input_kind
            when 'node' then nodes.sample_size
            when 'measure' then measures.sample_size
            when 'adjusted_review' then panel_means.review_count
            when 'recommendation' then nullif(asked.voice_count, 0)
        end as sample_size,
        case asked.input_kind
            when 'index' then coalesce(ranks.null_reason, case when ranks.subject_id is null then 'not_in_index' end)
            when 'node' then coalesce(nodes.null_reason, case when nodes.subject_id is null then 'not_in_index' end)
            when 'measure' then coalesce(measures.null_reason, 'not_measured')
            when 'adjusted_review' then 'not_reviewed'
            when 'recommendation' then 'no_voice'
        end as reason_if_empty
    from asked
    left join frameworks on asked.edition = frameworks.edition and asked.index_code = frameworks.index_code
    left join ranks
        on
            asked.edition = ranks.edition
            and asked.index_code = ranks.index_code
            and asked.subject_id = ranks.subject_id
            and asked.input_kind = 'index'
    left join nodes
        on
            asked.edition = nodes.edition
            and asked.index_code = nodes.index_code
            and asked.subject_id = nodes.subject_id
            and asked.value_code = nodes.node_code
            and asked.input_kind = 'node'
    left join measures
        on
            asked.edition = measures.edition
            and asked.subject_id = measures.subject_id
            and asked.value_code = measures.measure_code
            and asked.input_kind = 'measure'
    left join panel_means
        on
            asked.edition = panel_means.edition
            and asked.series_code = panel_means.series_code
            and asked.title_code = panel_means.title_code
            and asked.subject_id = panel_means.subject_id
            and asked.value_code = panel_means.criterion_code
            and asked.input_kind = 'adjusted_review'
),

weighed as (
    select
        edition,
        series_code,
        title_code,
        subject_id,
        rank_class,
        quota,
        input_code,
        input_kind,
        index_code,
        value_code,
        name_zh,
        name_en,
        input_score,
        case when input_score is not null then standard_error end as standard_error,
        sampling_law,
        sample_size,
        weight,
        case
            when input_score is not null
                then
                    weight
                    / {{ exact_sum_over(
                        'case when input_score is not null then weight end',
                        ['edition', 'series_code', 'title_code', 'subject_id']
                    ) }}
        end as weight_used,
        case when input_score is null then coalesce(reason_if_empty, 'not_measured') end as null_reason,
        is_synthetic
    from read_values
)

select * from weighed
