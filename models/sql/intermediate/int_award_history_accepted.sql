{{ accepted_rows('award_history') }}
