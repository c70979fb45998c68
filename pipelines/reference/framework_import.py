"""A framework's rows in the seeds, made from the table of its organisers, and the table made from its rows.

The table has names, points and what each indicator asks. All else of a node (its code, what it reads, how that becomes
a score) stays as it is where the framework has the indicator already, or is taken over from another edition of it. An
indicator that is nowhere yet is scored by experts until it is given a measure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path

from pipelines.errors import CepingError, FrameworkError
from pipelines.reference.framework_table import FrameworkTable, TableNode
from pipelines.reference.frameworks import BANDS, BY_POINTS, FRAMEWORKS, NODES
from pipelines.reference.rows import read_cells, read_rows, rows_with, seed_path, shown_seed
from pipelines.reference.soundness import find_row_faults
from pipelines.reference.writing import text_with, write_sound

NOTES = "framework_notes"
REVIEWED = "review."
REST_ZH, REST_EN = "未公开部分", "What is not visible"
ALL_POINTS = 100.0
PARENT_COLUMNS = ("weighting", "aggregation")
# What every node has, whether it is one with others below it or one that reads a measure.
COMMON_COLUMNS = (
    "edition",
    "index_code",
    "node_code",
    "parent_code",
    "node_order",
    "name_zh",
    "name_en",
    "weight",
    "origin",
    "reasoning_zh",
    "reasoning_en",
    "source",
)
BY_EXPERTS = {"direction": "1", "treatment": "none", "normalisation": "given", "missing_rule": "drop"}
NEW_FRAMEWORK = {
    "site_roles": "*",
    "levels": "*",
    "systems": "*",
    "ranked_by": "kind",
    "compared_within": "all",
    "coverage_min": "0.5",
    "coverage_reasoning_zh": "少于一半权重有据者不排名，与其余指数一致",
    "coverage_reasoning_en": "Who has evidence for less than half of the weight is not ranked, as in the other indices",
    "score_scale": "100",
    "tied_within": "0.000001",
}
Row = dict[str, str]
NamePath = tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """Where a table comes from, as its rows say it: a public source, or, without one, ours for the reason given."""

    file_name: str
    source: str = ""

    @property
    def cells(self) -> Row:
        """The columns of a row that say it."""
        if self.source:
            return {"origin": "public_record", "reasoning_zh": "", "reasoning_en": "", "source": self.source}
        return {
            "origin": "own_design",
            "reasoning_zh": f"自定，见导入的指标体系表 {self.file_name}",
            "reasoning_en": f"Ours, as in the imported table {self.file_name}",
            "source": "",
        }


@dataclass(frozen=True)
class NewIndex:
    """What an index is that has no row yet: its Chinese and English name and the kinds of subjects it scores."""

    name_zh: str
    name_en: str
    subject_kinds: str


@dataclass
class Import:
    """The rows of a framework as they were written, and what a person has to look at."""

    edition: int
    index_code: str
    nodes: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    framework: Row | None = None
    model_edition: int | None = None
    without_measure: list[Row] = field(default_factory=list)
    untranslated: list[Row] = field(default_factory=list)
    filled_up: list[Row] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def import_framework(
    folder: Path,
    index_code: str,
    edition: int,
    table: FrameworkTable,
    origin: Origin,
    *,
    new_index: NewIndex | None = None,
    fill_up: bool = False,
    is_in_shares: bool = False,
) -> Import:
    """Write the rows of a framework after its table, all or none; rows it had give way.

    With ``fill_up`` points that a table does not show are given to a node of their own; ``is_in_shares`` says that
    weights are shares of the node above, and need not sum to its points. Raises ``FrameworkError`` naming every place
    where points do not add up, ``CepingError`` where the index is new and nothing is said of it, and ``SeedError``
    where the seeds could not be used with these rows.
    """
    planned = Import(edition, index_code)
    all_nodes = [row for _, row in rows_with(folder, NODES, index_code=index_code)]
    planned.framework = _framework_row(folder, planned, origin, new_index)
    known = _known_nodes(all_nodes, planned)
    build = _Rows(folder, planned, table, known, origin, fill_up=fill_up, is_in_shares=is_in_shares)
    build.add_all()
    if build.faults:
        raise FrameworkError("\n".join(["nothing was written, as points do not add up:", *build.faults]))
    had = [row["node_code"] for row in all_nodes if row["edition"] == str(edition)]
    planned.dropped = [code for code in had if code not in {row["node_code"] for row in planned.nodes}]
    _write(folder, planned)
    return planned


def read_framework(folder: Path, index_code: str, edition: int) -> FrameworkTable:
    """The table of a framework in the seeds; raises ``CepingError`` where there is none."""
    of_index: dict[str, str | int] = {"edition": edition, "index_code": index_code}
    rows = [row for _, row in rows_with(folder, NODES, **of_index)]
    if not rows:
        known = sorted({f"{row['index_code']} of {row['edition']}" for _, row in read_rows(folder, FRAMEWORKS)})
        raise CepingError(f"there is no index {index_code} of {edition}; there are {', '.join(known)}")
    notes = {row["node_code"]: row["note_zh"] for _, row in rows_with(folder, NOTES, **of_index)}
    paths = _paths(rows)
    repeated = [" / ".join(path) for path, count in Counter(paths.values()).items() if count > 1]
    if repeated:
        raise CepingError(f"{index_code} of {edition} has indicators of one name: {', '.join(repeated)}")
    weighting = {row["node_code"]: row["weighting"] for row in rows}
    root, *others = _in_order(rows)
    nodes = []
    for row in others:
        is_veto = row["is_veto"] == "true"
        counts = weighting[row["parent_code"]] in BY_POINTS or row["weighting"] == "given"
        points = float(row["weight"]) if row["weight"] and counts and not is_veto else None
        nodes.append(TableNode(paths[row["node_code"]], points, is_veto, notes.get(row["node_code"], "")))
    return FrameworkTable(tuple(nodes), float(root["weight"]) if root["weight"] else None)


def framework_title(folder: Path, index_code: str, edition: int) -> str:
    """The Chinese name of an index with its edition."""
    frameworks = rows_with(folder, FRAMEWORKS, edition=edition, index_code=index_code)
    name = next((row["name_zh"] for _, row in frameworks), index_code)
    return name if str(edition) in name else f"{name}（{edition}年）"


def _framework_row(folder: Path, planned: Import, origin: Origin, new_index: NewIndex | None) -> Row | None:
    """The row of an index that has none: after the nearest other edition's, or as somebody says; else none."""
    rows = [row for _, row in rows_with(folder, FRAMEWORKS, index_code=planned.index_code)]
    if any(row["edition"] == str(planned.edition) for row in rows):
        return None
    if rows:
        model = min(rows, key=lambda row: abs(int(row["edition"]) - planned.edition))
        return model | {"edition": str(planned.edition)} | origin.cells
    if new_index is None:
        place = shown_seed(folder, FRAMEWORKS)
        raise CepingError(
            f"{place} has no index {planned.index_code}; say what it is with --name, --name-en and --kinds"
        )
    _, header = next(read_cells(seed_path(folder, FRAMEWORKS)))
    said = {
        "edition": str(planned.edition),
        "index_code": planned.index_code,
        "name_zh": new_index.name_zh,
        "name_en": new_index.name_en,
        "subject_kinds": new_index.subject_kinds,
    }
    return dict.fromkeys(header, "") | NEW_FRAMEWORK | said | origin.cells


def _known_nodes(all_nodes: list[Row], planned: Import) -> list[Row]:
    """The rows of the edition itself, or else those of the nearest other one."""
    editions = {int(row["edition"]) for row in all_nodes}
    if not editions:
        return []
    model = min(editions, key=lambda year: (abs(year - planned.edition), -year))
    if model != planned.edition:
        planned.model_edition = model
    return [row for row in all_nodes if row["edition"] == str(model)]


class _Rows:
    """The rows of a framework as they come out of its table, and where its points do not add up."""

    def __init__(
        self,
        folder: Path,
        planned: Import,
        table: FrameworkTable,
        known: list[Row],
        origin: Origin,
        *,
        fill_up: bool,
        is_in_shares: bool,
    ) -> None:
        self.planned, self.table, self.origin = planned, table, origin
        self.fill_up, self.is_in_shares = fill_up, is_in_shares
        self.faults: list[str] = []
        self.below = {path: table.children(path) for path in [(), *(node.path for node in table.nodes)]}
        self.points = _points_of(table, self.below)
        self.codes = {row["node_code"] for row in known}
        self.known = dict(zip(_paths(known).values(), _in_order(known), strict=True)) if known else {}
        _, self.header = next(read_cells(seed_path(folder, NODES)))
        self.english = {row["name_zh"]: row["name_en"] for _, row in read_rows(folder, NODES)}
        self.english_notes = {row["note_zh"]: row["note_en"] for _, row in read_rows(folder, NOTES)}

    def add_all(self) -> None:
        root = self.known.get((), {})
        name = self.planned.framework or {"name_zh": "", "name_en": ""}
        total = self.table.total
        if total is None:
            total = float(root["weight"]) if root.get("weight") else ALL_POINTS
        code = root.get("node_code") or self.planned.index_code
        own = {"name_zh": root.get("name_zh") or name["name_zh"], "name_en": root.get("name_en") or name["name_en"]}
        self._add_parent((), code, "", total, root, own)

    def _add(self, node: TableNode, parent: Row) -> None:
        known = self.known.get(node.path, {})
        code = known.get("node_code") or self._free_code(parent["node_code"])
        below = self.below[node.path]
        english = known.get("name_en") or self.english.get(node.path[-1], "")
        own = {"name_zh": node.path[-1], "name_en": english or node.path[-1]}
        if below:
            row = self._add_parent(node.path, code, parent["node_code"], self.points[node.path], known, own)
        else:
            row = self._add_leaf(node, code, parent, known, own)
        if not english:
            self.planned.untranslated.append(row)
        if node.note:
            key = {"edition": row["edition"], "index_code": row["index_code"], "node_code": code}
            english = self.english_notes.get(node.note, "")
            self.planned.notes.append(key | {"note_zh": node.note, "note_en": english})

    def _add_parent(
        self, path: NamePath, code: str, parent_code: str, points: float | None, known: Row, own: Row
    ) -> Row:
        below = self.below[path]
        vetoed = any(node.is_veto for node in below)
        blank = all(self.points[node.path] is None for node in below if not node.is_veto)
        weighting = "equal" if blank else "relative" if self.is_in_shares else "given"
        row = self._row(code, parent_code, points, own, known)
        row |= dict.fromkeys((name for name in row if name not in (*COMMON_COLUMNS, *PARENT_COLUMNS)), "")
        row["weighting"] = known.get("weighting") or weighting
        row["aggregation"] = known.get("aggregation") or ("rubric" if vetoed else "arithmetic")
        self.planned.nodes.append(row)
        for node in below:
            self._add(node, row)
        self._foot(path, row, points)
        return row

    def _add_leaf(self, node: TableNode, code: str, parent: Row, known: Row, own: Row) -> Row:
        if node.points is None and not node.is_veto and parent["weighting"] in BY_POINTS:
            self.faults.append(f"{node.place}: {' / '.join(node.path)} has no points")
        row = self._row(code, parent["node_code"], 0 if node.is_veto else node.points, own, known)
        row["is_veto"] = str(node.is_veto).lower()
        row |= dict.fromkeys(PARENT_COLUMNS, "")
        if not row["measure_code"]:
            row |= BY_EXPERTS | {"measure_code": f"{REVIEWED}{code}"}
            if node.is_veto:
                row |= {"normalisation": "boolean", "direction": "-1"}
            self.planned.without_measure.append(row)
        self.planned.nodes.append(row)
        return row

    def _row(self, code: str, parent_code: str, points: float | None, own: Row, known: Row) -> Row:
        self.codes.add(code)
        place = {
            "edition": str(self.planned.edition),
            "index_code": self.planned.index_code,
            "node_code": code,
            "parent_code": parent_code,
            "node_order": str(len(self.planned.nodes) + 1),
            "weight": known.get("weight", "") if points is None else f"{points:.15g}",
        }
        is_kept = known.get("weight") == place["weight"] and self.planned.model_edition is None
        grounds = {} if is_kept and not self.origin.source else self.origin.cells
        return dict.fromkeys(self.header, "") | known | grounds | place | own

    def _foot(self, path: NamePath, row: Row, points: float | None) -> None:
        """Hold the points of a node against those below it, and fill up what a table does not show."""
        if row["weighting"] != "given" or points is None:
            return
        total = sum(self.points[node.path] or 0 for node in self.below[path])
        if isclose(total, points, rel_tol=1e-9, abs_tol=1e-9):
            return
        if not self.fill_up or total > points:
            lacking = f"; --fill-up gives the other {points - total:g} to a node of its own" if total < points else ""
            self.faults.append(f"{self._place(path)} has {points:g} points, and what is below it {total:g}{lacking}")
            return
        node = TableNode((*path, REST_ZH), points - total)
        rest = self._add_leaf(
            node, self._free_code(row["node_code"]), row, {}, {"name_zh": REST_ZH, "name_en": REST_EN}
        )
        rest |= {
            "origin": "own_design",
            "reasoning_zh": "该部分未公开，为本系统自定",
            "reasoning_en": "Not visible in the record: ours",
            "source": "",
        }
        self.planned.filled_up.append(rest)

    def _place(self, path: NamePath) -> str:
        """A node as errors name it: by its cell and names, or as the whole."""
        found = next((node for node in self.table.nodes if node.path == path), None)
        return f"{found.place}: {' / '.join(path)}" if found else "the whole"

    def _free_code(self, parent_code: str) -> str:
        number = 1
        while f"{parent_code}.{number}" in self.codes:
            number += 1
        return f"{parent_code}.{number}"


def _points_of(table: FrameworkTable, below: Mapping[NamePath, list[TableNode]]) -> dict[NamePath, float | None]:
    """The points of each indicator; where it has none and all below it have some, their sum."""
    points: dict[NamePath, float | None] = {}
    for node in reversed(table.nodes):
        parts = [points[child.path] for child in below[node.path] if not child.is_veto]
        known = [part for part in parts if part is not None]
        whole = parts and len(known) == len(parts) and node.points is None and not node.is_veto
        points[node.path] = sum(known) if whole else node.points
    return points


def _paths(rows: list[Row]) -> dict[str, NamePath]:
    """The names from the first level down of each node, by its code, in order; the root's are none."""
    by_code = {row["node_code"]: row for row in rows}
    return {row["node_code"]: tuple(_names_up(row, by_code))[::-1] for row in _in_order(rows)}


def _names_up(row: Row, by_code: Mapping[str, Row]) -> Iterator[str]:
    while row["parent_code"]:
        yield row["name_zh"]
        row = by_code[row["parent_code"]]


def _in_order(rows: list[Row]) -> list[Row]:
    """Each node before those below it, siblings by their order."""
    below: dict[str, list[Row]] = {}
    for row in rows:
        below.setdefault(row["parent_code"], []).append(row)
    ordered: list[Row] = []

    def add(parent_code: str) -> None:
        for row in sorted(below.get(parent_code, []), key=lambda each: int(each["node_order"])):
            ordered.append(row)
            add(row["node_code"])

    add("")
    return ordered


def _write(folder: Path, planned: Import) -> None:
    written = {NODES: planned.nodes, NOTES: planned.notes}
    if planned.model_edition is not None:
        written[BANDS] = _bands(folder, planned)
    texts = {}
    if planned.framework is not None:
        # Last to get its name: until then nodes of an index without a row would be a fault, and not half an index.
        path = seed_path(folder, FRAMEWORKS)
        texts[path] = text_with(path, [planned.framework.values()])
    for seed, rows in written.items():
        path = seed_path(folder, seed)
        had = {line for line, _ in rows_with(folder, seed, edition=planned.edition, index_code=planned.index_code)}
        if rows or had:
            texts[path] = text_with(path, [row.values() for row in rows], had)
    write_sound(folder, texts, find_row_faults)


def _bands(folder: Path, planned: Import) -> list[Row]:
    """The bands of indicators that are taken over from another edition."""
    codes = {row["node_code"] for row in planned.nodes if row["normalisation"] == "banded"}
    model = rows_with(folder, BANDS, edition=str(planned.model_edition), index_code=planned.index_code)
    return [row | {"edition": str(planned.edition)} for _, row in model if row["node_code"] in codes]
