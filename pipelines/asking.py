"""Answers a query from the current release, and prints the answer."""

import duckdb

from pipelines.errors import CepingError
from pipelines.publication.reading import open_release
from pipelines.publication.release import current_release
from pipelines.settings import Settings


def print_answer(settings: Settings, query: str, output: str) -> None:
    """Run a query read-only and print it as a table, as CSV or as JSON lines."""
    release = current_release(settings.releases_dir)
    if release is None:
        raise CepingError(f"nothing is published in {settings.home_dir} yet; ceping run publishes")
    with open_release(release) as connection:
        try:
            answer = connection.sql(query)
            if answer is None:
                return
            if output == "table":
                answer.show(max_width=200, max_rows=200)
            elif output == "csv":
                print(answer.pl().write_csv(), end="")
            else:
                print(answer.pl().write_ndjson(), end="")
        except duckdb.Error as refusal:
            raise CepingError(str(refusal)) from refusal
