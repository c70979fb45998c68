{{ config(materialized='table') }}

{{ rejected_rows('citation', references=subject_and_title()) }}
