{{ config(materialized='table') }}

{{ rejected_rows('external_indicator', references={'subject_id': ref('dim_subject')}) }}
