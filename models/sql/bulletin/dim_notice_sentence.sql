with sentences as (
    select * from {{ ref('notice_sentences') }}
)

select * from sentences
