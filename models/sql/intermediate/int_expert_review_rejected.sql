{{ config(materialized='table') }}

{{ rejected_rows('expert_review', references={'subject_id': ref('dim_subject'), 'title_id': ref('int_award_title_name')}) }}
