with crawls as (
    select * from {{ ref('fct_site_crawl') }}
),

robots as (
    select * from {{ ref('fct_robot') }}
),

surveys as (
    select * from {{ ref('fct_survey_score') }}
),

inspections as (
    select
        edition,
        subject_id,
        {{ exact_sum('case when is_passed then 1 else 0 end') }} / count(*) as passed_share,
        count(*) as inspection_count,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('fct_site_inspection') }}
    where is_passed is not null
    group by edition, subject_id
),

reviews as (
    select
        edition,
        subject_id,
        criterion_code,
        {{ exact_sum('score') }} / count(*) as mean_score,
        count(*) as review_count,
        round(stddev_samp(score) / sqrt(count(*)), 6) as standard_error,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_expert_review_effective') }}
    where score is not null and not is_recused
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
    from {{ believed('external_indicator') }}
    group by edition, subject_id, indicator_code
),

declarations as (
    select * from {{ ref('int_declaration_latest') }}
),

months as (
    select
        edition,
        subject_id,
        count(*) as month_count,
        {{ exact_sum('post_count') }} / count(*) as posts_a_month,
        {{ exact_sum('article_count') }} / count(*) as articles_a_month,
        {{ exact_sum('read_count') }} / count(*) as reads_a_month,
        {{ exact_sum('like_count') }} / count(*) as likes_a_month,
        {{ exact_sum('repost_count') }} / count(*) as reposts_a_month,
        {{ exact_sum('comment_count') }} / count(*) as comments_a_month,
        {{ exact_sum('wow_count') }} / count(*) as wows_a_month,
        {{ exact_sum('case when post_count > 0 then 1 else 0 end') }} / count(*) as active_share,
        {{ exact_sum('read_count') }} / nullif({{ exact_sum('post_count') }}, 0) as reads_a_post,
        {{ exact_sum('like_count') }} / nullif({{ exact_sum('post_count') }}, 0) as likes_a_post,
        {{ exact_sum('like_count') }} / nullif({{ exact_sum('read_count') }}, 0) as likes_a_read,
        max(max_read_count) as highest_reads,
        max(follower_count) as followers,
        {{ exact_sum('wci') }} / nullif(count(wci), 0) as wci,
        {{ exact_sum('bci') }} / nullif(count(bci), 0) as bci,
        bool_or(is_synthetic) as is_synthetic
    from {{ believed('account_activity') }}
    where period_kind = 'month'
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
    {{ measured(
        'crawls', 'crawl.home_available_share', 'home_available_share', 'home_probe_count',
        error_of_share('home_available_share', 'home_probe_count')
    ) }}
    union all
    {{ measured(
        'crawls', 'crawl.dead_link_share', 'dead_link_share', 'inner_page_count',
        error_of_share('dead_link_share', 'inner_page_count')
    ) }}
    union all
    {{ measured(
        'crawls', 'crawl.dead_link_count', 'case when inner_page_count > 0 then dead_link_count end',
        'inner_page_count'
    ) }}
    union all
    {{ measured('crawls', 'crawl.days_since_update', 'days_since_update', null_reason='freshness_null_reason') }}
    union all
    {{ measured('crawls', 'crawl.channel_count', 'channel_count', null_reason='new_media_null_reason') }}
    union all
    {{ measured('inspections', 'inspection.passed_share', 'passed_share', 'inspection_count') }}
    union all
    {{ measured(
        'robots', 'robot.answered_share', 'answered_share', 'question_count',
        error_of_share('answered_share', 'question_count')
    ) }}
    union all
    {{ measured(
        'robots', 'robot.accuracy_share', 'accuracy_share', 'question_count',
        error_of_share('accuracy_share', 'question_count')
    ) }}
    union all
    {{ measured('declarations', 'declaration.visit_count', 'visit_count') }}
    union all
    {{ measured('declarations', 'declaration.published_count', 'published_count') }}
    union all
    {{ measured('declarations', 'declaration.online_service_count', 'online_service_count') }}
    union all
    {{ measured('declarations', 'declaration.answered_count', 'answered_count') }}
    {% for measure in [
        'posts_a_month', 'articles_a_month', 'reads_a_month', 'likes_a_month', 'reposts_a_month', 'comments_a_month', 'wows_a_month',
        'active_share', 'reads_a_post', 'likes_a_post', 'likes_a_read', 'highest_reads', 'followers', 'wci', 'bci'
    ] -%}
    union all
    {{ measured('months', 'account.' ~ measure, measure, 'month_count') }}
    {% endfor -%}
    union all
    {{ measured_by_code(
        'surveys', 'survey', 'measure', 'mean_score', 'respondent_count', 'standard_error',
        "case when is_suppressed then 'small_cell' end"
    ) }}
    union all
    {{ measured_by_code(
        'account_communications', 'communication', 'formula_code', 'score', 'scored_count', 'null', 'null_reason'
    ) }}
    union all
    {{ measured_by_code(
        'body_communications', 'communication', 'formula_code', 'placed_score', 'scored_count', 'null'
    ) }}
    union all
    {{ measured_by_code('reviews', 'review', 'criterion_code', 'mean_score', 'review_count', 'standard_error') }}
    union all
    {{ measured_by_code('external_values', 'external', 'indicator_code', 'mean_value', 'value_count', 'null') }}
)

select * from measured
