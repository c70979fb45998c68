{{ config(materialized='table') }}

{{ rejected_rows('account_activity', references={'subject_id': ref('dim_subject')}) }}
