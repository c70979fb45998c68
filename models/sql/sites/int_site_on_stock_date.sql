with dates as (
    select * from {{ ref('stock_dates') }}
),

sites as (
    select * from {{ ref('dim_subject') }}
    where subject_kind = 'website'
),

-- A site that closed nobody knows when is in no stock; how many there are is counted beside it.
judged as (
    select
        sites.edition,
        sites.subject_id,
        dates.stock_date,
        sites.level,
        sites.province_code,
        coalesce(sites.opened_date <= dates.stock_date, true)
        and case
            when sites.closed_date is not null then sites.closed_date > dates.stock_date
            else sites.is_running
        end as is_in_stock,
        coalesce(sites.opened_date > dates.earlier_date and sites.opened_date <= dates.stock_date, false)
        and (sites.closed_date is not null or sites.is_running) as is_opened,
        coalesce(sites.closed_date > dates.earlier_date and sites.closed_date <= dates.stock_date, false)
            as is_closed,
        dates.earlier_date is not null as has_earlier_date,
        sites.merged_into_site_code is not null as is_merged,
        not sites.is_running and sites.closed_date is null as is_undated_closure,
        sites.is_synthetic
    from sites
    inner join dates on sites.edition = dates.edition
)

select * from judged
