{{ config(materialized='table') }}

{{ rejected_rows('appeal', references={'subject_id': ref('dim_subject'), 'title_id': ref('int_award_title_name')}) }}
