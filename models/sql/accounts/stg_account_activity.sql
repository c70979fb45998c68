{{ staged('account_activity', references={'subject_id': ref('dim_subject')}) }}
