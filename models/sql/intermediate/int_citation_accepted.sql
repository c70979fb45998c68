{{ accepted_rows('citation') }}
