{{ config(materialized='table') }}

{{ rejected_rows('survey_response', references={'subject_id': ref('dim_subject')}) }}
