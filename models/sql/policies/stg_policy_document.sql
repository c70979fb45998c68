{{ staged('policy_document') }}
