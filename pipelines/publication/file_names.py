"""Names of files of a release that several modules write or lead to."""


def editors_workbook_name(edition: int) -> str:
    """The workbook for editors."""
    return f"ceping-{edition}.xlsx"


def workbook_name(edition: int) -> str:
    """The workbook of all tables."""
    return f"ceping-{edition}-tables.xlsx"
