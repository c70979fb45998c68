{{ accepted_rows('expert_review') }}
