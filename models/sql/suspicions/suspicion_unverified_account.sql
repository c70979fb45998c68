with profiles as (
    select * from {{ ref('int_account_profile_accepted') }}
),

suspicions as (
    select
        profiles.edition,
        'unverified_account' as suspicion_code,
        profiles.subject_id,
        'account_profile' as source,
        profiles.file_id,
        profiles.sheet,
        profiles.row_number,
        coalesce(profiles.account_name, profiles.subject_code) as seen,
        cast(null as string) as expected,
        profiles.is_synthetic
    from profiles
    where profiles.is_verified = false
)

select * from suspicions
