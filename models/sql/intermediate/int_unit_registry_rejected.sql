{{ config(materialized='table') }}

{{ rejected_rows('unit_registry') }}
