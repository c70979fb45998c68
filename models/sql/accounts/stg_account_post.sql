{{ staged('account_post', references={'subject_id': ref('dim_subject')}) }}
