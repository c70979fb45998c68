"""The published tables as pages read them: what is not there is empty, never an error."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import duckdb
import polars as pl

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import Row, identifier, qualified, query_rows
from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.publication.card_views import REGION_CARD, card_views
from pipelines.publication.labels import Labels
from pipelines.publication.trend_views import CELLS, LIST, trend_views

UNKNOWN_PLACE = "unlocated"
SUBJECTS = "core.dim_subject"
CANDIDATES = "awards.award_candidate"
# What a card is explained from; without these a release has no cards.
OF_CARDS = (
    "core.dim_subject", "core.dim_region", "indices.idx_rank", "indices.idx_score", "indices.idx_evidence",
    "indices.dim_framework_node", "indices.dim_framework_band",
)  # fmt: skip


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

    def query(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
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

    def subject_names(self, subjects: Sequence[str]) -> dict[str, str]:
        """Names of subjects of the edition, by id."""
        where = "where edition = ? and list_contains(cast(? as varchar[]), subject_id)"
        rows = self.select(SUBJECTS, ("subject_id", "subject_name"), where, (self.candidate.edition, list(subjects)))
        return {row["subject_id"]: row["subject_name"] for row in rows}

    @cached_property
    def carded(self) -> frozenset[str]:
        """The subjects that have a card: whoever is ranked in an index, and every candidate for a title."""
        if not all(name in self._published for name in OF_CARDS):
            return frozenset()
        considered = [
            "select subject_id from indices.idx_rank where edition = $edition and subject_rank is not null",
            *([f"select subject_id from {CANDIDATES} where edition = $edition"] if self.has(CANDIDATES) else []),
        ]
        rows = self.query(
            f"select distinct subject_id from ({' union '.join(considered)}) "
            "semi join core.dim_subject as known using (subject_id)",
            {"edition": self.candidate.edition},
        )
        return frozenset(row["subject_id"] for row in rows)

    @cached_property
    def region_cards(self) -> dict[str, Row]:
        """What the release says of each region, by code; none where it has no such view."""
        if not self.carded or all(view.full_name != REGION_CARD for view in card_views(self._published)):
            return {}
        rows = self.query(f"select * from {REGION_CARD} where edition = ?", (self.candidate.edition,))
        return {row["region_code"]: row for row in rows}

    @cached_property
    def region_cells(self) -> dict[str, dict[tuple[str, str], Row]]:
        """The cells of the trends by province, and of the whole as ``all``, by table and measure."""
        wanted = ("trend_table", "measure", "group_code", "value", "interval_low", "interval_high")
        rows = self.select(
            CELLS, wanted, "where edition = ? and breakdown in ('province', 'total') order by trend_table, measure",
            (self.candidate.edition,),
        )  # fmt: skip
        found: dict[str, dict[tuple[str, str], Row]] = defaultdict(dict)
        for row in rows:
            found[row["group_code"]][row["trend_table"], row["measure"]] = row
        return found

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
