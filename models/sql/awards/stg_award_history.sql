{{ staged('award_history', titles=ref('int_award_title_name')) }}
