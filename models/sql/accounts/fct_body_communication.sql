with scores as (
    select * from {{ ref('fct_account_communication') }}
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

places as (
    select * from {{ ref('communication_places') }}
),

accounts as (
    select
        scores.*,
        sites.subject_id as body_subject_id,
        rank() over (
            partition by
                scores.edition, sites.subject_id, scores.formula_code, scores.period_kind, scores.period_start
            order by scores.score desc nulls last, scores.subject_id asc
        ) as place
    from scores
    inner join subjects
        on scores.edition = subjects.edition and scores.subject_id = subjects.subject_id
    inner join subjects as sites
        on
            subjects.edition = sites.edition
            and subjects.site_code = sites.subject_code
            and sites.subject_kind = 'website'
),

{{ versions_of_years('accounts', 'body_subject_id') }},

bodies as (
    select
        accounts.edition,
        accounts.body_subject_id as subject_id,
        accounts.formula_code,
        accounts.period_kind,
        accounts.period_start,
        accounts.period_end,
        max(accounts.versions) as versions,
        count(*) as account_count,
        count(accounts.score) as scored_count,
        {{ exact_sum('accounts.score') }} as total_score,
        round({{ exact_sum('accounts.score') }} / nullif(count(accounts.score), 0), 9) as mean_score,
        round(
            {{ exact_sum('accounts.score * places.place_weight') }}
            / nullif({{ exact_sum('case when accounts.score is not null then places.place_weight end') }}, 0),
            9
        ) as placed_score,
        bool_or(accounts.is_synthetic) as is_synthetic
    from accounts
    left join places on accounts.place = places.place
    group by
        accounts.edition,
        accounts.body_subject_id,
        accounts.formula_code,
        accounts.period_kind,
        accounts.period_start,
        accounts.period_end
),

versioned as (
    select
        bodies.edition,
        bodies.subject_id,
        bodies.formula_code,
        bodies.period_kind,
        bodies.period_start,
        bodies.period_end,
        year(bodies.period_end) = bodies.edition as is_of_edition,
        case when bodies.period_kind = 'year' then versions_of_years.versions else bodies.versions end as versions,
        case when bodies.period_kind = 'year' then versions_of_years.version_months end as version_months,
        bodies.account_count,
        bodies.scored_count,
        bodies.total_score,
        bodies.mean_score,
        bodies.placed_score,
        bodies.is_synthetic
    from bodies
    left join versions_of_years
        on
            bodies.edition = versions_of_years.edition
            and bodies.subject_id = versions_of_years.body_subject_id
            and bodies.formula_code = versions_of_years.formula_code
            and bodies.period_start = versions_of_years.year_start
)

select * from versioned
