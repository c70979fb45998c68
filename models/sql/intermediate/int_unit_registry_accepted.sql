{{ accepted_rows('unit_registry') }}
