{{ accepted_rows('account_activity') }}
