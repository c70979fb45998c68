{{ config(materialized='table') }}

{{ rejected_rows('account_registry', references={'site_code': ref('int_site_registry_accepted')}) }}
