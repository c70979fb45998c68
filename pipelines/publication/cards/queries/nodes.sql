-- Every node of every index of the wanted subjects, each below the one above it, as `explain_score` has them.
with recursive named_subjects as (
    select edition, subject_id, subject_name
    from core.dim_subject
    where edition = $edition and ($wanted is null or list_contains($wanted, subject_id))
),

{{ part('explained') }}
