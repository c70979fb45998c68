{{ staged('unit_registry') }}
