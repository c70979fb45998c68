{{ config(materialized='table') }}

{{ rejected_rows('platform_census', references={'region_code': ref('dim_region')}) }}
