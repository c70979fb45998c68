{{ accepted_rows('appeal') }}
