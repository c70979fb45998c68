{{ accepted_rows('declaration') }}
