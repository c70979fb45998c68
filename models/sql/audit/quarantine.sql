with files as (
    select * from {{ ref('file_ledger') }}
    where status = 'landed'
),

divisions as (
    select * from {{ ref('divisions') }}
),

editions as (
    select * from {{ ref('editions') }}
),

texts as (
    select * from {{ ref('quarantine_reasons') }}
),

-- What became of divisions that are no longer valid on the day the edition goes by.
ended_divisions as (
    select
        editions.edition,
        divisions.region_code,
        {%- set told = {
            'code': 'divisions.region_code',
            'name': 'divisions.name_zh',
            'ended_on': 'cast(divisions.ended_on as string)',
            'successors': "replace(divisions.successor_codes, '|', ', ')",
            'source': 'divisions.change_source',
        } %}
        {{ filled_in('texts.reason_zh', told) }} as reason_zh,
        {{ filled_in('texts.reason_en', told) }} as reason_en
    from divisions
    inner join editions on divisions.ended_on <= editions.division_date
    inner join texts on texts.reason_code = 'ended_division'
    where divisions.successor_codes is not null
),

kept_out as (
    {% for name in source_names() -%}
    select
        edition,
        '{{ name }}' as source,
        file_id,
        sheet,
        row_number,
        reason_column,
        reason_code,
        rejected_value,
        rejections
    from {{ staged_rows(name) }}
    where reason_code is not null
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

-- A row that breaks the contract has every reason it was refused for; of any other its first is given.
reasons as (
    select
        kept_out.edition,
        kept_out.source,
        kept_out.file_id,
        kept_out.sheet,
        kept_out.row_number,
        rejection.column_name,
        rejection.reason_code,
        rejection.value as rejected_value
    from kept_out
    {{ unnest_join('kept_out.rejections', 'rejection') }}
    union all
    select
        edition,
        source,
        file_id,
        sheet,
        row_number,
        reason_column as column_name,
        reason_code,
        rejected_value
    from kept_out
    where rejections is null
),

repaired as (
    {% for name in source_names() -%}
    {{ repaired_rows(name) }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

quarantined as (
    select
        reasons.edition,
        reasons.source,
        files.file_name,
        reasons.sheet,
        reasons.row_number,
        coalesce(reasons.column_name, 'whole row') as column_name,
        coalesce(texts.reason_code, 'broken_row') as reason_code,
        coalesce(ended_divisions.reason_zh, texts.reason_zh, '整行无法解析') as reason_zh,
        coalesce(ended_divisions.reason_en, texts.reason_en, reasons.reason_code) as reason,
        reasons.rejected_value,
        repaired.file_id is not null as is_repaired,
        reasons.file_id
    from reasons
    inner join files
        on reasons.edition = files.edition and reasons.source = files.source and reasons.file_id = files.file_id
    left join repaired on reasons.source = repaired.source and {{ same_place('reasons', 'repaired') }}
    left join texts on reasons.reason_code = texts.reason_code
    left join ended_divisions
        on
            reasons.edition = ended_divisions.edition
            and reasons.rejected_value = ended_divisions.region_code
            and reasons.column_name = 'region_code'
            and reasons.reason_code = 'unknown_reference'
)

select * from quarantined
