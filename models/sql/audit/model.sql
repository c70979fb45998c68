with listed as (
    select * from {{ literal_rows(rule_rows(), ['model_name', 'model_kind', 'meaning', 'sql_text']) }}
),

typed as (
    select
        cast(model_name as string) as model_name,
        cast(model_kind as string) as model_kind,
        cast(meaning as string) as meaning,
        nullif(cast(sql_text as string), '') as sql_text
    from listed
    where model_name is not null
)

select * from typed
