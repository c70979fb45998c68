{{ config(materialized='table') }}

{{ rejected_rows('declaration', references={'subject_id': ref('dim_subject')}) }}
