{{ config(materialized='table') }}

{{ rejected_rows('account_post', references={'subject_id': ref('dim_subject')}) }}
