with subjects as (
    select
        subjects.edition,
        subjects.subject_id,
        {{ is_government_portal('subjects') }} as is_portal,
        subjects.level,
        coalesce(subjects.province_code, 'unlocated') as province_code
    from {{ ref('dim_subject') }} as subjects
),

portals as (
    select * from subjects
    where is_portal
),

crawls as (
    select
        edition,
        subject_id,
        stratum,
        1 / inclusion_probability as weight
    from {{ ref('fct_site_crawl') }}
),

homes as (
    select
        homes.edition,
        homes.subject_id,
        portals.level,
        portals.province_code,
        homes.has_search_box,
        homes.has_robot,
        homes.has_viewport,
        crawls.stratum,
        crawls.weight,
        homes.is_synthetic
    from {{ ref('fct_site_home') }} as homes
    inner join portals on homes.edition = portals.edition and homes.subject_id = portals.subject_id
    left join crawls on homes.edition = crawls.edition and homes.subject_id = crawls.subject_id
),

-- How much of the portals the crawl saw, of which what their home pages have is told.
{{ crawl_coverage('portals', 'homes', ['level', 'province_code']) }},

pages as (
    {{ reached_pages(['title'], 'pages.title is not null') }}
),

patterns as (
    select * from {{ ref('service_patterns') }}
    where service_code = 'open_data'
),

reached as (
    select
        edition,
        subject_id,
        bool_or(is_synthetic) as is_synthetic
    from pages
    group by edition, subject_id
),

with_open_data as (
    select distinct
        pages.edition,
        pages.subject_id
    from pages
    inner join patterns on pages.title like patterns.pattern
),

-- An open-data portal is found by what its pages are called; only portals of which a page with a title was reached.
reached_portals as (
    select
        reached.edition,
        reached.subject_id,
        portals.level,
        portals.province_code,
        with_open_data.subject_id is not null as has_open_data,
        crawls.stratum,
        crawls.weight,
        reached.is_synthetic
    from reached
    inner join portals on reached.edition = portals.edition and reached.subject_id = portals.subject_id
    left join with_open_data
        on reached.edition = with_open_data.edition and reached.subject_id = with_open_data.subject_id
    left join crawls on reached.edition = crawls.edition and reached.subject_id = crawls.subject_id
),

parameters as (
    {{ parameters(['robot.best_questions_min', 'robot.prior_questions']) }}
),

means as (
    select
        edition,
        {{ exact_sum('correct_count') }} / nullif({{ exact_sum('judged_count') }}, 0) as mean_accuracy
    from {{ ref('fct_robot') }}
    where is_usable
    group by edition
),

-- The best of many is often the luckiest: each is drawn towards the mean, the more the fewer questions it was asked.
robots as (
    select
        robots.edition,
        robots.subject_id,
        subjects.level,
        subjects.province_code,
        robots.judged_count,
        robots.correct_count,
        robots.judged_count >= parameters.robot_best_questions_min as has_enough_questions,
        round(
            (robots.correct_count + parameters.robot_prior_questions * means.mean_accuracy)
            / (robots.judged_count + parameters.robot_prior_questions),
            9
        ) as shrunk_accuracy,
        robots.is_usable,
        robots.is_synthetic
    from {{ ref('fct_robot') }} as robots
    inner join subjects on robots.edition = subjects.edition and robots.subject_id = subjects.subject_id
    inner join parameters on robots.edition = parameters.edition
    left join means on robots.edition = means.edition
),

units as (
    {% set by = ['level', 'province_code'] -%}
    {% set table = 'trend_5_portal' -%}
    {{ trend_unit('coverage', table, 'crawled_share', by=by, above=one_if('is_seen'), below=1) }}
    union all
    {% for measure, mark in {
        'search_share': 'has_search_box', 'robot_share': 'has_robot', 'mobile_share': 'has_viewport',
    }.items() -%}
    {{ trend_unit('homes', table, measure, by=by, above=one_if(mark), below=1, stratum='stratum', weight='weight',
        where=mark ~ ' is not null') }}
    union all
    {% endfor -%}
    {{ trend_unit('reached_portals', table, 'open_data_portals', by=by, above=one_if('has_open_data')) }}
    union all
    {{ trend_unit('reached_portals', table, 'open_data_share', by=by, above=one_if('has_open_data'), below=1,
        stratum='stratum', weight='weight') }}
    {% set table = 'trend_5_robot' -%}
    union all
    {{ trend_unit('robots', table, 'robots', by=by) }}
    union all
    {{ trend_unit('robots', table, 'usable_share', by=by, above=one_if('is_usable'), below=1) }}
    union all
    {{ trend_unit('robots', table, 'accuracy_share', by=by, above='correct_count', below='judged_count',
        where='is_usable and judged_count > 0') }}
    union all
    {{ trend_unit('robots', table, 'right_share', by=by, above='correct_count', below='judged_count',
        where='judged_count > 0') }}
    union all
    {{ trend_unit('robots', table, 'best_accuracy_share', above='correct_count', below='judged_count',
        amount='shrunk_accuracy', contender='subject_id', where='is_usable and has_enough_questions') }}
)

select * from units
