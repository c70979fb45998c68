{{ config(materialized='table') }}

{{ rejected_rows('award_history') }}
