{{ config(materialized='table') }}

{{ rejected_rows('citation', references={'subject_id': ref('dim_subject'), 'title_id': ref('int_award_title_name')}) }}
