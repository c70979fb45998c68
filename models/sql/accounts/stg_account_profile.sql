{{ staged('account_profile', references={'subject_id': ref('dim_subject')}) }}
