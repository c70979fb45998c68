{{ config(materialized='table') }}

{{ rejected_rows('expert_review', references=subject_and_title()) }}
