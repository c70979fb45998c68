{#-
    Rows that have the shape of their source and still cannot be believed, one row each with its first reason:
    - unknown_reference: a referenced value is not there;
    - duplicate_key: a row says exactly what another row with the same key says; one of them is kept;
    - conflicting_key: rows with the same key say different things; none is kept, since nobody can tell which is right;
    - repaired: a row was mended and delivered again in its place; it is not compared with any other.
    Neither depends on the order of rows or files. The key comes from the source's contract; references are given as
    column: relation, where the relation has the same column, within an edition. Where a relation of the staged rows
    with a key_hash is given, as for sources of millions of rows, only rows whose hash repeats are compared in full.
-#}
{% macro rejected_rows(source_name, references={}, hashed=none) %}
{%- set staged = ref('stg_' ~ source_name) -%}
{#- What was delivered under another name than it is looked up by. -#}
{%- set shown = {'subject_id': 'subject_code', 'title_id': 'title_code'} -%}
{%- if execute -%}
{%- set key = ['edition'] + source_key(source_name) -%}
with staged as (
    select * from {{ hashed or staged }}
),

repaired_places as (
    {{ repaired_rows(source_name) }}
),

repaired as (
    select
        staged.edition,
        staged.file_id,
        staged.sheet,
        staged.row_number,
        '{{ key[1] }}' as column_name,
        'repaired' as reason_code,
        cast(null as string) as rejected_value
    from staged
    inner join repaired_places on {{ same_place('staged', 'repaired_places') }}
),

found as (
    {% if hashed -%}
    {{ rows_with_repeated_hash(staged) }}
    {%- else -%}
    select
        *,
        {{ row_place() }} as place
    from staged
    {%- endif %}
),

compared as (
    select found.*
    from found
    left join repaired_places on {{ same_place('found', 'repaired_places') }}
    where repaired_places.file_id is null
),

{% for column, relation in references.items() %}
{{ column }}_unknown as (
    select
        staged.edition,
        staged.file_id,
        staged.sheet,
        staged.row_number,
        '{{ shown.get(column, column) }}' as column_name,
        'unknown_reference' as reason_code,
        staged.{{ shown.get(column, column) }} as rejected_value
    from staged
    left join {{ relation }} as referenced
        on staged.edition = referenced.edition and staged.{{ column }} = referenced.{{ column }}
    where staged.{{ column }} is not null and referenced.{{ column }} is null
),

{% endfor %}
repeated_keys as (
    select {{ key | join(', ') }}
    from compared
    group by {{ key | join(', ') }}
    having count(*) > 1
),

repeated_rows as (
    select
        compared.*,
        {{ row_content(source_columns(source_name), 'compared.') }} as content
    from compared
    inner join repeated_keys on {{ same_columns('compared', 'repeated_keys', key) }}
),

key_contents as (
    select
        {{ key | join(', ') }},
        count(distinct content) as content_count,
        min(place) as first_place
    from repeated_rows
    group by {{ key | join(', ') }}
),

repeated as (
    select
        repeated_rows.edition,
        repeated_rows.file_id,
        repeated_rows.sheet,
        repeated_rows.row_number,
        '{{ key[1] }}' as column_name,
        case when key_contents.content_count > 1 then 'conflicting_key' else 'duplicate_key' end as reason_code,
        cast(repeated_rows.{{ key[1] }} as string) as rejected_value
    from repeated_rows
    inner join key_contents on {{ same_columns('repeated_rows', 'key_contents', key) }}
    where key_contents.content_count > 1 or repeated_rows.place <> key_contents.first_place
),

reasons as (
    {% for column in references -%}
    select
        *,
        {{ loop.index }} as reason_order
    from {{ column }}_unknown
    union all
    {% endfor -%}
    select
        *,
        99 as reason_order
    from repeated
    union all
    select
        *,
        0 as reason_order
    from repaired
),

ranked as (
    select
        *,
        row_number() over (
            partition by edition, file_id, sheet, row_number order by reason_order
        ) as reason_rank
    from reasons
)

select
    edition,
    '{{ source_name }}' as source,
    file_id,
    sheet,
    row_number,
    column_name,
    reason_code,
    rejected_value
from ranked
where reason_rank = 1
{%- endif -%}
{% endmacro %}

{#- Where fit rows of a source stand in the place of others, which were mended. See pipelines/ingest/mending.py. -#}
{% macro repaired_rows(source_name) -%}
    select distinct
        edition,
        '{{ source_name }}' as source,
        split_part(repairs, '|', 1) as file_id,
        cast(split_part(repairs, '|', 2) as bigint) as row_number,
        regexp_replace(repairs, '^[^|]*[|][^|]*[|]', '') as sheet
    from {{ source('raw', source_name) }}
    where repairs is not null and rejections is null
{%- endmacro %}

{% macro same_place(rows, places) -%}
    {{ rows }}.edition = {{ places }}.edition
    and {{ rows }}.file_id = {{ places }}.file_id
    and {{ rows }}.row_number = {{ places }}.row_number
    and coalesce({{ rows }}.sheet, '') = {{ places }}.sheet
{%- endmacro %}

{#- Whole rows of a staging model whose key_hash in `staged` stands on more than one row. -#}
{% macro rows_with_repeated_hash(staging_model) -%}
    select
        whole.*,
        {{ row_place('whole.') }} as place
    from {{ staging_model }} as whole
    inner join staged
        on
            whole.edition = staged.edition
            and whole.file_id = staged.file_id
            and whole.row_number = staged.row_number
            and coalesce(whole.sheet, '') = coalesce(staged.sheet, '')
    inner join (
        select
            edition,
            key_hash
        from staged
        group by edition, key_hash
        having count(*) > 1
    ) as repeated_hashes
        on staged.edition = repeated_hashes.edition and staged.key_hash = repeated_hashes.key_hash
{%- endmacro %}

{#- The rows of a staging model, or of a relation made of it, that were not rejected. -#}
{% macro accepted_rows(source_name, relation=none) %}
with staged as (
    select * from {{ relation or ref('stg_' ~ source_name) }}
),

rejected as (
    select * from {{ ref('int_' ~ source_name ~ '_rejected') }}
)

select staged.*
from staged
left join rejected
    on
        staged.file_id = rejected.file_id
        and staged.row_number = rejected.row_number
        and coalesce(staged.sheet, '') = coalesce(rejected.sheet, '')
        and staged.edition = rejected.edition
where rejected.row_number is null
{% endmacro %}

{#- Empty parts of a key are the same: a row may be identified without them. -#}
{% macro same_columns(left_alias, right_alias, columns) -%}
    {% for column in columns %}{{ left_alias }}.{{ column }} is not distinct from {{ right_alias }}.{{ column }}{% if not loop.last %} and {% endif %}{% endfor %}
{%- endmacro %}

{#-
    Everything a row says, as one text that no other row has: what parts cells is escaped within them, and an empty
    cell differs from every text.
-#}
{% macro row_content(columns, prefix='') -%}
    concat_ws(
        '|',
        {%- for column in columns %}
        coalesce(replace(replace(cast({{ prefix }}{{ column }} as string), '~', '~0'), '|', '~1'), '~2')
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    )
{%- endmacro %}

{#- Where a row stands, as a text that orders the same on every engine. -#}
{% macro row_place(prefix='') -%}
    concat_ws(
        '|', {{ prefix }}file_id, coalesce({{ prefix }}sheet, ''), lpad(cast({{ prefix }}row_number as string), 12, '0')
    )
{%- endmacro %}
