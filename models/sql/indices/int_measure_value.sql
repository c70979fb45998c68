{#-
    The measures an indicator can read: what gives each its value, on how many observations it rests, its standard
    error where those are a sample (empty where nobody can say; what is counted in full has none, which is 0), by what
    law it would come out otherwise (a `share` of the observations, or a `mean` of theirs of 0 to 100), and why it is
    empty. A star stands for the codes that rows themselves carry (`by`).
    What experts score is theirs with their severity taken out (`review.*`); what they found, be it yes or no, how many,
    or a veto, is read as they gave it (`found.*`: int_indicator_raw says which indicator reads which).
    A framework that names a measure which is not given here is refused before anything is built.
-#}
{%- set given = [
    {'code': 'crawl.home_available_share', 'from': 'crawls', 'value': 'home_available_share',
        'sample_size': 'home_probe_count', 'law': 'share'},
    {'code': 'crawl.home_failed_share', 'from': 'crawls', 'value': 'home_failed_share',
        'sample_size': 'home_probe_count', 'law': 'share'},
    {'code': 'crawl.dead_link_share', 'from': 'crawls', 'value': 'dead_link_share',
        'sample_size': 'inner_page_count', 'law': 'share'},
    {'code': 'crawl.dead_link_count', 'from': 'crawls',
        'value': 'case when inner_page_count > 0 then dead_link_count end', 'sample_size': 'inner_page_count'},
    {'code': 'crawl.days_since_update', 'from': 'crawls', 'value': 'days_since_update',
        'null_reason': 'freshness_null_reason'},
    {'code': 'crawl.channel_count', 'from': 'crawls', 'value': 'channel_count',
        'null_reason': 'new_media_null_reason'},
    {'code': 'inspection.passed_share', 'from': 'inspections', 'value': 'passed_share',
        'sample_size': 'inspection_count'},
    {'code': 'robot.answered_share', 'from': 'robots', 'value': 'answered_share',
        'sample_size': 'question_count', 'law': 'share'},
    {'code': 'robot.accuracy_share', 'from': 'robots', 'value': 'accuracy_share',
        'sample_size': 'judged_count', 'law': 'share'},
    {'code': 'survey.*', 'from': 'surveys', 'by': 'measure', 'value': 'mean_score',
        'sample_size': 'respondent_count', 'law': 'mean', 'standard_error': 'standard_error',
        'null_reason': "case when is_suppressed then 'small_cell' end"},
    {'code': 'communication.*', 'from': 'account_communications', 'by': 'formula_code', 'value': 'score',
        'sample_size': 'scored_count', 'null_reason': 'null_reason'},
    {'code': 'communication.*', 'from': 'body_communications', 'by': 'formula_code', 'value': 'placed_score',
        'sample_size': 'scored_count'},
    {'code': 'review.*', 'from': 'reviews', 'by': 'criterion_code', 'value': 'mean_score',
        'sample_size': 'review_count', 'law': 'mean', 'standard_error': 'standard_error'},
    {'code': 'found.*', 'from': 'reviews', 'by': 'criterion_code', 'value': 'raw_mean',
        'sample_size': 'review_count', 'law': 'mean', 'standard_error': 'raw_standard_error'},
    {'code': 'external.*', 'from': 'external_values', 'by': 'indicator_code', 'value': 'mean_value',
        'sample_size': 'value_count'},
] -%}
{%- for counter in ['visit_count', 'published_count', 'online_service_count', 'answered_count'] -%}
{%- do given.append({'code': 'declaration.' ~ counter, 'from': 'declarations', 'value': counter}) -%}
{%- endfor -%}
{#- What an account did in a month, on the mean of the months in which it is told. -#}
{%- set means = {
    'posts_a_month': 'post_count', 'articles_a_month': 'article_count', 'reads_a_month': 'read_count',
    'likes_a_month': 'like_count', 'reposts_a_month': 'repost_count', 'comments_a_month': 'comment_count',
    'wows_a_month': 'wow_count', 'active_share': 'case when post_count is not null then ' ~ one_if('post_count > 0')
    ~ ' end', 'wci': 'wci', 'bci': 'bci',
} -%}
{#- One number of an account over another, from the months in which both are told. -#}
{%- set ratios = {
    'reads_a_post': ['read_count', 'post_count'], 'likes_a_post': ['like_count', 'post_count'],
    'likes_a_read': ['like_count', 'read_count'],
} -%}
{%- set highest = {'highest_reads': 'max_read_count', 'followers': 'follower_count'} -%}
{%- for measure in (means | list) + (ratios | list) + (highest | list) -%}
{%- do given.append({
    'code': 'account.' ~ measure, 'from': 'months', 'value': measure, 'sample_size': measure ~ '_month_count',
}) -%}
{%- endfor -%}
{{ config(meta={'measures': given | map(attribute='code') | list}) }}

with crawls as (
    select
        *,
        {{ share('home_probe_count - home_available_count', 'home_probe_count') }} as home_failed_share
    from {{ ref('fct_site_crawl') }}
),

robots as (
    select * from {{ ref('fct_robot') }}
),

surveys as (
    select * from {{ ref('fct_survey_score') }}
),

counted_inspections as (
    {{ counted_inspections() }}
),

counted_external_values as (
    {{ counted_external_values() }}
),

inspections as (
    select
        edition,
        subject_id,
        {{ exact_sum('case when is_passed then 1 else 0 end') }} / count(*) as passed_share,
        count(*) as inspection_count,
        bool_or(is_synthetic) as is_synthetic
    from counted_inspections
    group by edition, subject_id
),

series as (
    select * from {{ ref('award_series') }}
),

severities as (
    select distinct
        edition,
        series_code,
        expert_id,
        severity
    from {{ ref('fct_expert_review') }}
),

scored as (
    select
        effective.edition,
        effective.subject_id,
        effective.criterion_code,
        effective.expert_id,
        effective.score,
        effective.score + coalesce(severities.severity, 0) as adjusted_score,
        effective.is_synthetic
    from {{ ref('int_expert_review_effective') }} as effective
    left join series on effective.edition = series.edition and effective.series = series.series_number
    left join severities
        on
            effective.edition = severities.edition
            and series.series_code = severities.series_code
            and effective.expert_id = severities.expert_id
    where effective.score is not null and not effective.is_recused
),

-- An expert who scores a subject under several titles has one voice.
expert_scores as (
    select
        edition,
        subject_id,
        criterion_code,
        expert_id,
        {{ exact_sum('score') }} / count(*) as score,
        {{ exact_sum('adjusted_score') }} / count(*) as adjusted_score,
        bool_or(is_synthetic) as is_synthetic
    from scored
    group by edition, subject_id, criterion_code, expert_id
),

reviews as (
    select
        edition,
        subject_id,
        criterion_code,
        {{ exact_sum('score') }} / count(*) as raw_mean,
        round(stddev_samp(score) / sqrt(count(*)), 6) as raw_standard_error,
        {{ within_scale(exact_sum('adjusted_score') ~ ' / count(*)') }} as mean_score,
        count(*) as review_count,
        round(stddev_samp(adjusted_score) / sqrt(count(*)), 6) as standard_error,
        bool_or(is_synthetic) as is_synthetic
    from expert_scores
    group by edition, subject_id, criterion_code
),

external_values as (
    select
        edition,
        subject_id,
        indicator_code,
        {{ exact_sum('indicator_value') }} / count(*) as mean_value,
        count(*) as value_count,
        bool_or(is_synthetic) as is_synthetic
    from counted_external_values
    group by edition, subject_id, indicator_code
),

declarations as (
    select * from {{ ref('int_declaration_latest') }}
),

months as (
    select
        edition,
        subject_id,
        {% for measure, counter in means.items() -%}
        {{ exact_sum(counter) }} / nullif(count({{ counter }}), 0) as {{ measure }},
        count({{ counter }}) as {{ measure }}_month_count,
        {% endfor -%}
        {% for measure, (above, below) in ratios.items() -%}
        {{ exact_sum('case when ' ~ below ~ ' is not null then ' ~ above ~ ' end') }}
        / nullif({{ exact_sum('case when ' ~ above ~ ' is not null then ' ~ below ~ ' end') }}, 0) as {{ measure }},
        count(case when {{ below }} is not null then {{ above }} end) as {{ measure }}_month_count,
        {% endfor -%}
        {% for measure, counter in highest.items() -%}
        max({{ counter }}) as {{ measure }},
        count({{ counter }}) as {{ measure }}_month_count,
        {% endfor -%}
        bool_or(is_synthetic) as is_synthetic
    from {{ believed('account_activity') }}
    where period_kind = 'month' and year(period_start) = edition
    group by edition, subject_id
),

account_communications as (
    select * from {{ ref('fct_account_communication') }}
    where period_kind = 'year' and year(period_start) = edition
),

body_communications as (
    select * from {{ ref('fct_body_communication') }}
    where period_kind = 'year' and year(period_start) = edition
),

measured as (
    {% for measure in given -%}
    {{ measured(measure) }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
)

select * from measured
