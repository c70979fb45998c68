{{ config(materialized='table') }}

{{ rejected_rows('appeal', references=subject_and_title()) }}
