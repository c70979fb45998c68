with nominations as (
    select
        *,
        {{ row_place() }} as place
    from {{ believed('nomination') }}
),

effects as (
    select * from {{ believed('appeal') }}
    where is_in_force and effect_code in ('withdraw_nomination', 'correct_nomination')
),

subjects as (
    select * from {{ ref('dim_subject') }}
),

title_ids as (
    select distinct
        edition,
        title_id
    from {{ ref('int_award_title_name') }}
),

meant as (
    select
        nominations.place,
        nominations.edition,
        nominations.subject_kind,
        effects.case_code,
        effects.effect_order,
        effects.decided_date,
        effects.effect_code,
        case when effects.changed_column = 'subject_code' then effects.new_value else nominations.subject_code end
            as subject_code,
        case when effects.changed_column = 'series' then effects.new_value else cast(nominations.series as string) end
            as series_text,
        case when effects.changed_column = 'title_code' then effects.new_value else nominations.title_code end
            as title_code
    from nominations
    inner join effects
        on
            nominations.edition = effects.edition
            and nominations.subject_id = effects.subject_id
            and nominations.series = effects.series
            and (effects.title_code = 'all' or nominations.title_key = effects.title_key)
            and (effects.party_id is null or nominations.nominator_id = effects.party_id)
    where
        effects.effect_code = 'withdraw_nomination'
        or effects.expected_value = case effects.changed_column
            when 'subject_code' then nominations.subject_code
            when 'series' then cast(nominations.series as string)
            when 'title_code' then nominations.title_code
        end
),

-- What a correction names must be known, or it corrects nothing: the table of appeals says that it changed no row.
possible as (
    select
        meant.*,
        row_number() over (
            partition by meant.edition, meant.place
            order by meant.decided_date desc nulls last, meant.case_code desc, meant.effect_order desc
        ) as effect_place
    from meant
    inner join subjects
        on
            meant.edition = subjects.edition
            and {{ subject_id('meant.subject_kind', 'meant.subject_code') }} = subjects.subject_id
    inner join title_ids
        on
            meant.edition = title_ids.edition
            and {{ title_id('meant.series_text', 'meant.title_code') }} = title_ids.title_id
),

effective as (
    select
        nominations.edition,
        coalesce({{ subject_id('possible.subject_kind', 'possible.subject_code') }}, nominations.subject_id)
            as subject_id,
        cast(coalesce(possible.series_text, cast(nominations.series as string)) as integer) as series,
        case
            when possible.case_code is not null
                then {{ title_id('possible.series_text', 'possible.title_code') }}
            else nominations.title_id
        end as title_id,
        nominations.nominator_kind,
        nominations.nominator_id,
        nominations.subject_name,
        nominations.nominated_date,
        nominations.is_withdrawn or coalesce(possible.effect_code = 'withdraw_nomination', false) as is_withdrawn,
        possible.case_code as appeal_case,
        possible.effect_order as appeal_effect,
        nominations.is_synthetic,
        nominations.file_id,
        nominations.sheet,
        nominations.row_number
    from nominations
    left join possible
        on
            nominations.edition = possible.edition
            and nominations.place = possible.place
            and possible.effect_place = 1
)

select * from effective
