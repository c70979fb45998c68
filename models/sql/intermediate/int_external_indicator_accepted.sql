{{ accepted_rows('external_indicator') }}
