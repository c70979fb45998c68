{{ config(materialized='table') }}

{{ rejected_rows('nomination', references={'subject_id': ref('dim_subject')}) }}
