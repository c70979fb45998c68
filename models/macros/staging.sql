{#-
    Staging: one model per source, every landed row of it. A row is renamed, corrected and judged; `reason_code` says why
    it is not believed, and is empty where it is. Types, key and descriptions of its columns stand in the source's
    contract and nowhere else.
-#}

{#- The rows of a source that are believed, as a relation: the one way in which models read staging. -#}
{% macro believed(source_name) %}
    {{ return('(select * from ' ~ ref('stg_' ~ source_name) ~ ' where reason_code is null)') }}
{% endmacro %}

{#- Every row of a source with its reason, for what counts and lists the rows that were kept out. -#}
{% macro staged_rows(source_name) %}{{ return(ref('stg_' ~ source_name)) }}{% endmacro %}

{#- The quarter a day lies in, such as 2017Q3. -#}
{% macro quarter_of(day) -%}
    concat(cast(year({{ day }}) as string), 'Q', cast(quarter({{ day }}) as string))
{%- endmacro %}

{#-
    The staging model of a source. References are given as column: relation, where the relation has the same column,
    within an edition; derived columns as name: expression over the landed row. Where a source is too large to be
    judged in one go, `reasons` is the relation that holds the reasons. `titles` are the names by which titles are known
    where no row is refused for another; then, and where rows refer to them, `title_key` is the title itself.
-#}
{% macro staged(source_name, references={}, derived={}, reasons=none, titles=none) %}
{%- set landed = landed_rows(source_name, derived, titles or references.get('title_id')) -%}
with landed as (
    {{ landed }}
),

{% if reasons -%}
reasons as (
    select * from {{ reasons }}
),
{%- else -%}
fit as (
    select * from landed
    where rejections is null
),

{{ reasons_of('fit', source_name, references) }},
{%- endif %}

judged as (
    select
        landed.*,
        coalesce({{ first_reason('landed.rejections') }}, reasons.reason_code) as reason_code,
        reasons.column_name as reason_column,
        reasons.rejected_value
    from landed
    left join reasons
        on
            landed.edition = reasons.edition
            and landed.file_id = reasons.file_id
            and landed.row_number = reasons.row_number
            and coalesce(landed.sheet, '') = coalesce(reasons.sheet, '')
)

select * from judged
{% endmacro %}

{#- The landed rows of a source, corrected, with the names by which they refer to a subject and a title. -#}
{% macro landed_rows(source_name, derived={}, titles=none) %}
{%- set landed = corrected_rows(source_name) -%}
{%- set types = source_types(source_name) if execute else {} -%}
select
    edition,
    {% if 'subject_kind' in types and 'subject_code' in types -%}
    {{ subject_id('subject_kind', 'subject_code') }} as subject_id,
    {% endif -%}
    {% if 'series' in types and 'title_code' in types -%}
    {{ title_id('series', 'title_code') }} as title_id,
    {{ 'coalesce(known_title_code, title_code)' if titles else 'title_code' }} as title_key,
    {% endif -%}
    {% for column, type in types.items() -%}
    {#- Landing does not say that an instant is one: it is of UTC. -#}
    {{ 'cast(' ~ column ~ ' as timestamp) as ' ~ column if type == 'timestamp' else column }},
    {% endfor -%}
    {% for column, expression in derived.items() -%}
    {{ expression }} as {{ column }},
    {% endfor -%}
    file_id,
    sheet,
    row_number,
    rejections
from (
    {{ landed }}
) as corrected
{% if titles and 'series' in types and 'title_code' in types -%}
left join (
    {{ titles_by_name(titles) }}
) as titles_by_name
    on edition = known_edition and {{ title_id('series', 'title_code') }} = known_title_id
{% endif -%}
{% endmacro %}

{#- The title that a way to write it means; none where it means several, as `all` does in a series of several titles. -#}
{% macro titles_by_name(titles) -%}
    select
        edition as known_edition,
        title_id as known_title_id,
        min(title_code) as known_title_code
    from {{ titles }}
    group by edition, title_id
    having count(*) = 1
{%- endmacro %}

{#- A key or the columns of a source, in which a title is the same however it is written. -#}
{% macro with_title_key(columns, source_name) %}
    {%- set is_of_titles = 'series' in source_types(source_name) -%}
    {%- set named = [] -%}
    {%- for column in columns -%}
        {%- do named.append('title_key' if column == 'title_code' and is_of_titles else column) -%}
    {%- endfor -%}
    {{ return(named) }}
{% endmacro %}

{#-
    Common table expressions that end in `reasons`: rows that have the shape of their source and still cannot be
    believed, one row each with its first reason:
    - repaired: a row was mended and delivered again in its place; it is not compared with any other;
    - unknown_reference: a referenced value is not there;
    - duplicate_key: a row says exactly what another row with the same key says; one of them is kept;
    - conflicting_key: rows with the same key say different things; none is kept, since nobody can tell which is right.
    Neither depends on the order of rows or files. The key comes from the source's contract. `fit` names the rows that
    have the shape of the source. Where it has only a key_hash of them, as for sources of millions of rows, `whole` is
    the relation with all of their columns, and only rows whose hash repeats are compared in full.
-#}
{% macro reasons_of(fit, source_name, references, whole=none) %}
{%- set repaired = repaired_rows(source_name) -%}
{#- What was delivered under another name than it is looked up by. -#}
{%- set shown = {'subject_id': 'subject_code', 'title_id': 'title_code'} -%}
{%- if execute -%}
{%- set key = ['edition'] + with_title_key(source_key(source_name), source_name) -%}
repaired_places as (
    {{ repaired }}
),

repaired as (
    select
        {{ fit }}.edition,
        {{ fit }}.file_id,
        {{ fit }}.sheet,
        {{ fit }}.row_number,
        '{{ key[1] }}' as column_name,
        'repaired' as reason_code,
        cast(null as string) as rejected_value
    from {{ fit }}
    inner join repaired_places on {{ same_place(fit, 'repaired_places') }}
),

found as (
    {% if whole -%}
    {{ rows_with_repeated_hash(fit, whole) }}
    {%- else -%}
    select
        *,
        {{ row_place() }} as place
    from {{ fit }}
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
        {{ fit }}.edition,
        {{ fit }}.file_id,
        {{ fit }}.sheet,
        {{ fit }}.row_number,
        '{{ shown.get(column, column) }}' as column_name,
        'unknown_reference' as reason_code,
        {{ fit }}.{{ shown.get(column, column) }} as rejected_value
    from {{ fit }}
    left join {{ relation }} as referenced
        on {{ fit }}.edition = referenced.edition and {{ fit }}.{{ column }} = referenced.{{ column }}
    where {{ fit }}.{{ column }} is not null and referenced.{{ column }} is null
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
        {{ row_content(with_title_key(source_types(source_name), source_name), 'compared.') }} as content
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

reasons_found as (
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

reasons_ordered as (
    select
        *,
        row_number() over (
            partition by edition, file_id, sheet, row_number order by reason_order
        ) as reason_place
    from reasons_found
),

reasons as (
    select
        edition,
        file_id,
        sheet,
        row_number,
        column_name,
        reason_code,
        rejected_value
    from reasons_ordered
    where reason_place = 1
)
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

{#- Whole rows whose key_hash in `hashed` stands on more than one row. -#}
{% macro rows_with_repeated_hash(hashed, whole) -%}
    select
        whole.*,
        {{ row_place('whole.') }} as place
    from {{ whole }} as whole
    inner join {{ hashed }} as hashed
        on
            whole.edition = hashed.edition
            and whole.file_id = hashed.file_id
            and whole.row_number = hashed.row_number
            and coalesce(whole.sheet, '') = coalesce(hashed.sheet, '')
    inner join (
        select
            edition,
            key_hash
        from {{ hashed }}
        group by edition, key_hash
        having count(*) > 1
    ) as repeated_hashes
        on hashed.edition = repeated_hashes.edition and hashed.key_hash = repeated_hashes.key_hash
{%- endmacro %}

{#- Columns of one relation, parted by commas. -#}
{% macro columns_of(alias, columns) -%}
    {% for column in columns %}{{ alias }}.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}
{%- endmacro %}

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
