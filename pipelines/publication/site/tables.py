"""The published tables as pages read them: what is not there is empty, never an error."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import duckdb
import polars as pl

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import Row, identifier, qualified, query_rows
from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.publication.labels import Labels
from pipelines.publication.trend_views import LIST, trend_views

UNKNOWN_PLACE = "unlocated"


class Tables:
    """The tables of one release; each is read once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> None:
        self.candidate = candidate
        self.connection = connection
        shown = [*candidate.tables, *trend_views(connection, candidate.tables)]
        self._published = {table.full_name: table for table in shown}
        self._read: dict[str, list[Row]] = {}

    def has(self, *names: str) -> bool:
        """Whether all these tables are published with at least one row."""
        return all(name in self._published and self._published[name].row_count > 0 for name in names)

    def table(self, name: str) -> FrozenTable | None:
        """What is declared of a table."""
        return self._published.get(name)

    def trend_tables(self, trend: int) -> list[Row]:
        """The tables of a trend in their order, each with its names, description and full name."""
        listed = sorted(self.rows(LIST), key=lambda row: (row["table_order"], row["trend_table"]))
        return [row | {"full_name": f"trends.{row['trend_table']}"} for row in listed if row["trend"] == trend]

    def title(self, name: str) -> Bilingual:
        """What a table is, from its description."""
        table = self._published.get(name)
        text = table.description if table else Bilingual.read(name)
        return Bilingual(zh=text.zh.rstrip("。"), en=text.english.rstrip("."))

    def columns(self, name: str) -> set[str]:
        """The columns of a table; none where it is not published."""
        table = self._published.get(name)
        return {column.name for column in table.columns} if table else set()

    def rows(self, name: str) -> list[Row]:
        """All rows of a table, in frozen order; none where it is not published."""
        if name not in self._published:
            return []
        if name not in self._read:
            self._read[name] = self.query(f"select * from {qualified(name)}")
        return self._read[name]

    def of_edition(self, name: str) -> list[Row]:
        """The rows of a table that are of the edition of the release."""
        return [row for row in self.rows(name) if row["edition"] == self.candidate.edition]

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows a query gives."""
        return query_rows(self.connection, sql, parameters)

    def frame(self, sql: str) -> pl.DataFrame:
        """The rows a query gives as a frame."""
        frame: pl.DataFrame = self.connection.sql(sql).pl()
        return frame

    def select(self, name: str, wanted: Sequence[str], rest: str = "", parameters: Sequence[Any] = ()) -> list[Row]:
        """Some columns of a table; a column an older release does not have is null."""
        present = self.columns(name)
        if not present:
            return []
        chosen = ", ".join(
            identifier(column) if column in present else f"null as {identifier(column)}" for column in wanted
        )
        return self.query(f"select {chosen} from {qualified(name)} {rest}", parameters)

    @cached_property
    def labels(self) -> Labels:
        """Names of codes."""
        return Labels.read(self.connection, self.candidate)

    @cached_property
    def regions(self) -> dict[str, Bilingual]:
        """Short names of the provincial divisions by code."""
        rows = self.select("core.dim_province_tile", ("region_code", "short_name_zh", "short_name_en"))
        return {row["region_code"]: Bilingual(zh=row["short_name_zh"], en=row["short_name_en"]) for row in rows}

    def region(self, code: str | None) -> Bilingual:
        """Short name of a provincial division, or its code."""
        if not code or code == UNKNOWN_PLACE:
            return Bilingual(zh="", en="")
        return self.regions.get(code, Bilingual(zh=code, en=""))

    @property
    def edition_name(self) -> Bilingual:
        """Name of the edition, or one made of its year."""
        code = str(self.candidate.edition)
        if self.labels.has("edition", code):
            return self.labels.name("edition", code)
        return Bilingual(zh=f"{code}年政务平台评估", en=f"{code} evaluation of government platforms")
