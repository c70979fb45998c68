{{ staged('robot_test', references={'subject_id': ref('dim_subject')}) }}
