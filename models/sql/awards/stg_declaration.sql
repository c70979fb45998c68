{{ staged('declaration', references={'subject_id': ref('dim_subject')}) }}
