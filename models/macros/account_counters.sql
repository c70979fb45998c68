{#- What is counted of an account in a period, and what of it the posts themselves tell. -#}
{% macro account_counters() %}
    {{ return([
        'post_count', 'article_count', 'original_count', 'read_count', 'headline_read_count', 'max_read_count',
        'like_count', 'headline_like_count', 'max_like_count', 'wow_count', 'headline_wow_count', 'max_wow_count',
        'repost_count', 'headline_repost_count', 'max_repost_count', 'original_repost_count',
        'comment_count', 'original_comment_count'
    ]) }}
{% endmacro %}

{% macro post_counters() %}
    {{ return(['read', 'like', 'wow', 'repost', 'comment']) }}
{% endmacro %}
