{{ accepted_rows('site_inspection') }}
