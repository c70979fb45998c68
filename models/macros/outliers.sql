{#-
    Outliers by skewness and kurtosis (COINr's Treat): on the side of the skew one point more is drawn in to the next,
    until one of the two is within its limit. Common table expressions that end in `skew_fences`, over `ordered` values,
    their `nodes` and the `parameters`. Values are placed between the least and the greatest, so that no unit is too
    large for fourth powers.
-#}
{% macro skew_fences() %}
skewed as (
    select
        ordered.*,
        nodes.treatment_parameter as points_max,
        min(ordered.counted_value) over (
            partition by ordered.edition, ordered.index_code, ordered.node_code, ordered.compared_class
        ) as least_value,
        max(ordered.counted_value) over (
            partition by ordered.edition, ordered.index_code, ordered.node_code, ordered.compared_class
        ) as greatest_value
    from ordered
    inner join nodes
        on
            ordered.edition = nodes.edition
            and ordered.index_code = nodes.index_code
            and ordered.node_code = nodes.node_code
    where nodes.treatment = 'skew' and ordered.counted_value is not null and ordered.value_count > 3
),

point_counts as (
    {% for count in range(var('outlier_points') + 1) -%}
    select {{ count }} as point_count
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

{% for side, place, inner_value in [
    ('high', 'skewed.value_order = skewed.value_count - point_counts.point_count', 'least'),
    ('low', 'skewed.value_order = point_counts.point_count + 1', 'greatest'),
] -%}
{{ side }}_fences as (
    select
        skewed.edition,
        skewed.index_code,
        skewed.node_code,
        skewed.compared_class,
        point_counts.point_count,
        skewed.counted_value as fence
    from skewed
    inner join point_counts on {{ place }}
    where point_counts.point_count <= skewed.points_max and point_counts.point_count < skewed.value_count - 1
),

{{ side }}_means as (
    select
        skewed.edition,
        skewed.index_code,
        skewed.node_code,
        skewed.compared_class,
        fences.point_count,
        fences.fence,
        {{ exact_mean(inner_value ~ '((skewed.counted_value - skewed.least_value)'
            ~ ' / (skewed.greatest_value - skewed.least_value), (fences.fence - skewed.least_value)'
            ~ ' / (skewed.greatest_value - skewed.least_value))') }} as mean_place
    from skewed
    inner join {{ side }}_fences as fences
        on {{ same_columns('skewed', 'fences', ['edition', 'index_code', 'node_code', 'compared_class']) }}
    where skewed.greatest_value > skewed.least_value
    group by
        skewed.edition, skewed.index_code, skewed.node_code, skewed.compared_class, fences.point_count, fences.fence
),

{{ side }}_moments as (
    select
        skewed.edition,
        skewed.index_code,
        skewed.node_code,
        skewed.compared_class,
        means.point_count,
        means.fence,
        cast(count(*) as double) as value_count,
        {% for power in [2, 3, 4] -%}
        {{ exact_mean('power(' ~ inner_value ~ '((skewed.counted_value - skewed.least_value)'
            ~ ' / (skewed.greatest_value - skewed.least_value), (means.fence - skewed.least_value)'
            ~ ' / (skewed.greatest_value - skewed.least_value)) - means.mean_place, ' ~ power ~ ')') }}
            as moment_{{ power }}{{ ',' if not loop.last }}
        {% endfor %}
    from skewed
    inner join {{ side }}_means as means
        on {{ same_columns('skewed', 'means', ['edition', 'index_code', 'node_code', 'compared_class']) }}
    group by
        skewed.edition, skewed.index_code, skewed.node_code, skewed.compared_class, means.point_count, means.fence
),

{% endfor -%}

shapes as (
    {% for side in ['high', 'low'] -%}
    select
        edition,
        index_code,
        node_code,
        compared_class,
        '{{ side }}' as side,
        point_count,
        fence,
        moment_3 / nullif(power(moment_2, 1.5), 0) * sqrt(value_count * (value_count - 1)) / (value_count - 2) as skew,
        ((value_count + 1) * (moment_4 / nullif(power(moment_2, 2), 0) - 3) + 6)
        * (value_count - 1)
        / ((value_count - 2) * (value_count - 3)) as kurtosis
    from {{ side }}_moments
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

-- Of the side that the untreated values lean to, the fewest points that are enough; where none are, none are drawn in.
leaning as (
    select
        edition,
        index_code,
        node_code,
        compared_class,
        case when skew >= 0 then 'high' else 'low' end as side
    from shapes
    where side = 'high' and point_count = 0
),

fewest as (
    select
        shapes.edition,
        shapes.index_code,
        shapes.node_code,
        shapes.compared_class,
        shapes.side,
        min(shapes.point_count) as point_count
    from shapes
    inner join leaning
        on {{ same_columns('shapes', 'leaning', ['edition', 'index_code', 'node_code', 'compared_class', 'side']) }}
    inner join parameters on shapes.edition = parameters.edition
    where abs(shapes.skew) <= parameters.outlier_skew_max or shapes.kurtosis <= parameters.outlier_kurtosis_max
    group by shapes.edition, shapes.index_code, shapes.node_code, shapes.compared_class, shapes.side
),

skew_fences as (
    select
        fewest.edition,
        fewest.index_code,
        fewest.node_code,
        fewest.compared_class,
        case when fewest.side = 'low' then shapes.fence end as lower_fence,
        case when fewest.side = 'high' then shapes.fence end as upper_fence
    from fewest
    inner join shapes
        on {{ same_columns(
            'fewest', 'shapes', ['edition', 'index_code', 'node_code', 'compared_class', 'side', 'point_count']
        ) }}
)
{%- endmacro %}
