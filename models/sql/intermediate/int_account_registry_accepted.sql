{{ accepted_rows('account_registry') }}
