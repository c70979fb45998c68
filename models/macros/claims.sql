{#-
    Common table expressions that end in `counted`: every number that claims are compared with which is no figure,
    counted from models and reference data, by the code claim rules name it by, with the kind of evidence it is.
-#}
{% macro counts_of_claims() -%}
nodes as (
    select * from {{ ref('framework_nodes') }}
),

roots as (
    select
        edition,
        index_code,
        node_code
    from nodes
    where parent_code is null
),

dimensions as (
    select
        nodes.edition,
        nodes.index_code,
        nodes.node_code
    from nodes
    inner join roots
        on
            nodes.edition = roots.edition
            and nodes.index_code = roots.index_code
            and nodes.parent_code = roots.node_code
),

indicators as (
    select
        nodes.edition,
        nodes.index_code,
        nodes.node_code
    from nodes
    inner join dimensions
        on
            nodes.edition = dimensions.edition
            and nodes.index_code = dimensions.index_code
            and nodes.parent_code = dimensions.node_code
),

-- A method was used where there is a row of its evidence.
methods as (
    select
        edition,
        method_code,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('fct_method_evidence') }}
    where row_count > 0
    group by edition, method_code
),

judged_editions as (
    select distinct edition from {{ ref('fct_method_evidence') }}
),

regions as (
    select * from {{ ref('dim_region') }}
    where is_evaluated
),

counted as (
    select
        edition,
        concat('framework.', index_code, '.roots') as check_code,
        count(*) as counted,
        'own_design' as evidence_kind,
        false as is_synthetic
    from roots
    group by edition, index_code
    union all
    select
        edition,
        concat('framework.', index_code, '.dimensions') as check_code,
        count(*) as counted,
        'own_design' as evidence_kind,
        false as is_synthetic
    from dimensions
    group by edition, index_code
    union all
    select
        edition,
        concat('framework.', index_code, '.indicators') as check_code,
        count(*) as counted,
        'own_design' as evidence_kind,
        false as is_synthetic
    from indicators
    group by edition, index_code
    union all
    select
        edition,
        'methods.delivered' as check_code,
        count(*) as counted,
        'measured' as evidence_kind,
        bool_or(is_synthetic) as is_synthetic
    from methods
    group by edition
    union all
    select
        edition,
        'awards.series' as check_code,
        count(*) as counted,
        'own_design' as evidence_kind,
        false as is_synthetic
    from {{ ref('award_series') }}
    group by edition
    union all
    select
        edition,
        concat('awards.titles.', series_code) as check_code,
        count(*) as counted,
        'own_design' as evidence_kind,
        false as is_synthetic
    from {{ ref('award_titles') }}
    group by edition, series_code
    union all
    select
        judged_editions.edition,
        concat('awards.years.', years.held_code) as check_code,
        count(*) as counted,
        'own_design' as evidence_kind,
        false as is_synthetic
    from judged_editions
    inner join {{ ref('award_years') }} as years on judged_editions.edition >= years.held_year
    group by judged_editions.edition, years.held_code
    union all
    select
        edition,
        concat('awards.wins.', title_code) as check_code,
        max(consecutive_wins) as counted,
        'measured' as evidence_kind,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('award_winner') }}
    group by edition, title_code
    union all
    select
        edition,
        'regions.provincial_units' as check_code,
        count(*) as counted,
        'official' as evidence_kind,
        false as is_synthetic
    from regions
    where level = 'province'
    group by edition
    union all
    select
        edition,
        'regions.key_cities' as check_code,
        count(*) as counted,
        'official' as evidence_kind,
        false as is_synthetic
    from regions
    where is_key_city
    group by edition
    union all
    select
        edition,
        'regions.fused_departments' as check_code,
        denominator as counted,
        'measured' as evidence_kind,
        is_synthetic as is_synthetic
    from {{ ref('trend_cell') }}
    where
        trend_table = 'trend_4_channel_fusion'
        and measure = 'fused_share'
        and breakdown = 'level'
        and group_code = 'central_department'
    union all
    select
        edition,
        'account.kinds' as check_code,
        count(distinct subject_kind) as counted,
        'measured' as evidence_kind,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_account_period') }}
    where subject_kind in ('weibo', 'wechat')
    group by edition
)
{%- endmacro %}
