{{ config(materialized='table') }}

{{ rejected_rows('survey_response', {'questionnaire': ref('survey_questions'), 'subject_id': ref('dim_subject')}) }}
