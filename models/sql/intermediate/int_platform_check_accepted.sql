{{ accepted_rows('platform_check') }}
