with checks as (
    select
        checks.*,
        checks.has_reply is not null as is_asked,
        checks.has_reply = false or checks.reply_working_days > parameters.reply_days_max as is_late
    from {{ believed('platform_check') }} as checks
    inner join {{ ref('int_parameter_pivoted') }} as parameters on checks.edition = parameters.edition
),

{% set platform_flaws = {
    'not_integrated': ('not is_front_integrated', 'is_front_integrated is not null'),
    'empty_columns': ('has_empty_columns', 'has_empty_columns is not null'),
    'search_unusable': ('not is_search_usable', 'is_search_usable is not null'),
    'genuine_channel': ('is_channel_genuine', 'is_channel_genuine is not null'),
    'late_reply': ('is_late', 'is_asked'),
} -%}
{% set item_flaws = ['stages_only', 'no_limits', 'unclear_materials', 'no_forms'] -%}
{% set conditions = {} -%}
{% for flaw, judged in platform_flaws.items() -%}
{% do conditions.update({flaw ~ '_count': judged[0], flaw ~ '_judged': judged[1]}) -%}
{% endfor -%}
{% set sums = {'items': 'checked_item_count'} -%}
{% for flaw in item_flaws -%}
{% do sums.update({
    flaw ~ '_items': flaw ~ '_count',
    flaw ~ '_judged_items': 'case when ' ~ flaw ~ '_count is not null then checked_item_count else 0 end',
}) -%}
{% endfor -%}
counted as (
    {{ count_by('checks', {'total': "'all'", 'level': 'level'}, conditions, sums) }}
),

tidy as (
    {{ tidy_rows('counted', 'checked_platforms', 'row_count') }}
    union all
    {{ tidy_rows('counted', 'checked_items', 'items') }}
    {% for flaw in platform_flaws -%}
    union all
    {{ tidy_rows('counted', flaw ~ '_share', flaw ~ '_count', flaw ~ '_judged', sample='true',
        where=flaw ~ '_judged > 0') }}
    {% endfor -%}
    {% for flaw in item_flaws -%}
    union all
    {{ tidy_rows('counted', flaw ~ '_share', flaw ~ '_items', flaw ~ '_judged_items', sample='true',
        where=flaw ~ '_judged_items > 0') }}
    {% endfor %}
)

{{ with_group_names('tidy') }}
