{{ config(materialized='table') }}

{{ rejected_rows('policy_document') }}
