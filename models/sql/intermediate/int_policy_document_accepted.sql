{{ accepted_rows('policy_document') }}
