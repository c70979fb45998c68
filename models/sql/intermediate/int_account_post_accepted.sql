{{ accepted_rows('account_post') }}
