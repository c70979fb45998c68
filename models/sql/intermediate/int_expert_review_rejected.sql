{{ config(materialized='table') }}

{{ rejected_rows('expert_review', references={'subject_id': ref('dim_subject')}) }}
