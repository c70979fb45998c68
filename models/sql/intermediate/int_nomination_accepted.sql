{{ accepted_rows('nomination') }}
