{{ accepted_rows('account_profile') }}
