{{ config(materialized='table') }}

{{ rejected_rows('site_registry', references={'region_code': ref('dim_region')}) }}
