{{ config(materialized='table') }}

{{ rejected_rows('site_inspection', references={'site_code': ref('int_site_registry_accepted')}) }}
