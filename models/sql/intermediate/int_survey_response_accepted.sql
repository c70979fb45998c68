{{ accepted_rows('survey_response') }}
