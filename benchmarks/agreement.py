"""Whether two ways of computing gave the same: a benchmark of something else than the same work measures nothing."""

from pathlib import Path

import duckdb

from pipelines.foundation.sql import identifier, significant

INDICATORS = "core/fct_site_crawl"
CELL_COLUMNS = ("trend_table", "measure", "breakdown", "group_code", "numerator", "denominator", "value")
# The baseline computes the measures a figure needs, in the breakdowns it has; the release has more.
GROUPED = ("trend_table", "measure", "breakdown")
FIGURE_COLUMNS = ("figure_id", "numerator", "denominator", "computed", "published", "verdict")


class DisagreementError(Exception):
    """Two ways of computing the same gave different rows."""


def require_same_results(release: Path, raw_tables: Path) -> None:
    """Raise ``DisagreementError`` unless the baseline gave the release's indicators, trends, figures and rejects."""
    parquet = release / "parquet"
    require_same_rows(parquet / f"{INDICATORS}.parquet", raw_tables / "fct_site_crawl.parquet")
    require_same_rows(parquet / "trends/trend_cell.parquet", raw_tables / "trend_cell.parquet", CELL_COLUMNS, GROUPED)
    require_same_rows(parquet / "trends/figure.parquet", raw_tables / "figure.parquet", FIGURE_COLUMNS)
    _require_same_rejects(parquet / "audit/row_balance.parquet", raw_tables / "reject.parquet")


def require_same_rows(
    ours: Path, theirs: Path, columns: tuple[str, ...] | None = None, groups: tuple[str, ...] = ()
) -> None:
    """Raise ``DisagreementError`` unless both have the same rows.

    ``columns`` are those compared; by default every column of ``theirs``. Given ``groups``, rows of ours whose values
    there are nowhere in theirs are left out.
    """
    with duckdb.connect() as connection:
        types = _types(connection, theirs)
        names = columns or tuple(types)
        listed = ", ".join(_comparable(name, types[name]) for name in names)
        grouped = ", ".join(groups)
        among = f" where ({grouped}) in (select ({grouped}) from '{theirs}')" if groups else ""
        sides = [f"(select {listed} from '{ours}'{among})", f"(select {listed} from '{theirs}')"]
        for one, other in (sides, sides[::-1]):
            found = connection.execute(f"select * from ({one} except all {other}) order by all limit 3").fetchall()
            if found:
                raise DisagreementError(f"{ours.name} and {theirs} differ in {', '.join(names)}; first rows: {found}")


def require_same_indicators(release: Path, indicators: Path) -> None:
    """Raise ``DisagreementError`` unless every crawled site has in ``indicators`` what it has in the release."""
    with duckdb.connect() as connection:
        types = _types(connection, indicators)
        names = ", ".join(_comparable(name, kind) for name, kind in types.items())
        ours, theirs = f"'{release / 'parquet' / INDICATORS}.parquet'", f"'{indicators}'"
        query = f"(select {names} from {ours}) except (select {names} from {theirs}) order by all limit 3"
        if found := connection.execute(query).fetchall():
            raise DisagreementError(f"{indicators.name} has other indicators; first rows: {found}")


def _types(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe from '{path}'").fetchall()}


def _comparable(name: str, kind: str) -> str:
    """A column by the digits that are published of it."""
    return significant(identifier(name)) if kind == "DOUBLE" else identifier(name)


def _require_same_rejects(row_balance: Path, reject: Path) -> None:
    with duckdb.connect() as connection:
        counts = [
            dict(connection.execute(query).fetchall())
            for query in (
                f"select source, sum(rows_quarantined)::bigint from '{row_balance}' group by source",
                f"select source, count(*) from '{reject}' group by source",
            )
        ]
    if {name: count for name, count in counts[0].items() if count} != counts[1]:
        raise DisagreementError(f"rows left out by source: {counts[0]} by the run, {counts[1]} by the baseline")
