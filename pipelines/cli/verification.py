"""Prints what a verification found, in lines a person reads."""

from pipelines.questions.verification import Verification


def print_verification(found: Verification) -> int:
    """Print it; returns the exit code: 0 where nothing speaks against the release, else 1."""
    print(f"release {found.release_id}: {found.file_count} files are those that were published")
    for path in found.damaged:
        print(f"{path} is not what was landed; remove it: the next ceping run reads its file anew")
    if found.not_computed:
        print(f"its tables were not computed again: {found.not_computed}")
        return 0 if found.holds else 1
    if not found.is_same_code:
        print("it was published by other code than the present: a table that differs may differ for that alone")
    same = len(found.tables) - len(found.differing)
    print(f"computed again from its inputs: {same} of {len(found.tables)} tables have the same bytes")
    for table in found.differing:
        counts = f"{table.published_rows:,} rows published, {table.computed_rows} computed"
        print(f"  {table.table}: {table.outcome.value} ({counts})")
    return 0 if found.holds else 1
