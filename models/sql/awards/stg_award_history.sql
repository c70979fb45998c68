{{ staged('award_history') }}
