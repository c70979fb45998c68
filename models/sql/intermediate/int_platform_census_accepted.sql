{{ accepted_rows('platform_census') }}
