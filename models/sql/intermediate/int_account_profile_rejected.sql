{{ config(materialized='table') }}

{{ rejected_rows('account_profile', references={'subject_id': ref('dim_subject')}) }}
