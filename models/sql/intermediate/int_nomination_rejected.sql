{{ config(materialized='table') }}

{{ rejected_rows('nomination', references=subject_and_title()) }}
