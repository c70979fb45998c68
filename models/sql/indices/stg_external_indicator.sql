{{ staged('external_indicator', references={'subject_id': ref('dim_subject')}) }}
