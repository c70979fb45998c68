{{ staged('survey_response', references={'questionnaire': ref('survey_questions'), 'subject_id': ref('dim_subject')}) }}
