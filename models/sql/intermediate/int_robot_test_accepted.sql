{{ accepted_rows('robot_test') }}
