{{ config(materialized='table') }}

{{ rejected_rows('platform_check', references={'region_code': ref('dim_region')}) }}
