{{ config(materialized='table') }}

{{ rejected_rows('robot_test', references={'subject_id': ref('dim_subject')}) }}
