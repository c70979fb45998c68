{{ accepted_rows('site_registry') }}
