"""Judges every seed by what its YAML promises: columns and types, key, filled cells, conditions, references.

Told before anything is built, by file and line. What a framework or an award rule must be beyond that is judged where
it is read (``frameworks``, ``robustness.rules``).
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Literal, Self

import duckdb
import polars as pl
from jinja2 import Environment
from pydantic import BaseModel, Field, model_validator

from pipelines.errors import SeedError
from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.yaml_file import read_yaml
from pipelines.reference.rows import HEADER_LINE, Fault, read_cells, seed_path
from pipelines.settings import MODELS_DIR, SEED_SPECS_DIR

MOST_FAULTS_PER_RULE = 5
LINE = "line"


class Reference(BaseModel, frozen=True):
    """Columns that, where all are filled, stand together in a row of another seed."""

    columns: list[str]
    to: str
    to_columns: list[str] = []


class NewEdition(BaseModel, frozen=True, extra="forbid"):
    """What rows a new edition begins with in a seed that says of each row which edition it is of."""

    rows: Literal["copied", "empty", "lasting"] = Field(
        description="copied from another edition; empty, as they come with what is delivered or printed; lasting: rows "
        "hold from their edition on, until those of a later one take their place."
    )
    column: str = Field(default="edition", description="Column that holds the edition.")
    required_with: tuple[str, ...] = Field(
        default=(), description="Sources with which an edition needs rows here; a star stands for every edition."
    )
    shifted: tuple[str, ...] = Field(
        default=(), description="Columns in which the year of the edition and the year before it move on."
    )
    together: tuple[str, ...] = Field(
        default=(),
        description="Columns that name what belongs together: of what the edition has rows already, none are copied.",
    )
    replaced: dict[str, str] = Field(default={}, description="Columns that take another value in every copied row.")
    think: Bilingual | None = Field(default=None, description="What a person has to think about.")


class SeedSpec(BaseModel, frozen=True):
    """What the YAML of a seed promises of its rows."""

    name: str
    column_types: dict[str, str]
    key: list[str]
    unique: list[str] = []
    required: list[str] = []
    holds: list[str] = Field(default=[], description="Conditions in SQL that are true of every row.")
    refers: list[Reference] = []
    new_edition: NewEdition | None = None

    @model_validator(mode="after")
    def says_what_a_new_edition_begins_with(self) -> Self:
        """A seed with an edition declares it, and its columns are there."""
        if self.new_edition is None:
            if "edition" in self.column_types:
                raise ValueError(f"the seed {self.name} has editions, so its meta needs new_edition")
            return self
        named = {self.new_edition.column, *self.new_edition.shifted, *self.new_edition.together}
        named |= self.new_edition.replaced.keys()
        if unknown := named - self.column_types.keys():
            raise ValueError(f"new_edition of the seed {self.name} names no column of it: {', '.join(sorted(unknown))}")
        return self


def read_specs() -> dict[str, SeedSpec]:
    """What each seed promises, by its name."""
    project = read_yaml(MODELS_DIR / "dbt_project.yml")
    specs = {}
    for path in sorted(SEED_SPECS_DIR.glob("*.yml")):
        for declared in read_yaml(path)["seeds"]:
            promised = {**declared["config"]["meta"], "column_types": declared["config"]["column_types"]}
            specs[declared["name"]] = SeedSpec(
                name=declared["name"], **{**promised, "holds": _filled_in(promised.get("holds", []), project["vars"])}
            )
    return specs


def find_faults(seeds: Path) -> Iterator[Fault]:
    """Every fault of the seeds in a folder; of a seed that cannot be read nothing further is said."""
    specs = read_specs()
    loaded = []
    with duckdb.connect(":memory:") as connection:
        for name, spec in specs.items():
            faults = list(_load(connection, seeds, spec))
            yield from faults
            if not faults:
                loaded.append(name)
        for name in loaded:
            yield from _broken_promises(connection, specs[name], loaded)


def _filled_in(conditions: list[str], variables: dict[str, Any]) -> list[str]:
    """Conditions with the variables of the dbt project filled in, as dbt would."""
    environment = Environment(autoescape=False)  # noqa: S701
    return [environment.from_string(condition).render(var=variables.__getitem__) for condition in conditions]


def _load(connection: duckdb.DuckDBPyConnection, seeds: Path, spec: SeedSpec) -> Iterator[Fault]:
    """Load a seed as a table of its types with the line of each row, and say what of it cannot be read."""
    try:
        path = seed_path(seeds, spec.name)
    except SeedError as error:
        yield Fault(spec.name, None, str(error).partition(": ")[2])
        return
    (_, header), *rows = [*read_cells(path)] or [(HEADER_LINE, [])]
    if header != list(spec.column_types):
        yield Fault(
            spec.name, HEADER_LINE, f"expected the columns {', '.join(spec.column_types)}; found {', '.join(header)}"
        )
        return
    uneven = [(line, len(cells)) for line, cells in rows if len(cells) != len(header)]
    yield from (Fault(spec.name, line, f"expected {len(header)} cells, found {count}") for line, count in uneven)
    if uneven:
        return
    texts = pl.DataFrame(
        [(line, *(cell or None for cell in cells)) for line, cells in rows],
        schema={LINE: pl.Int64, **dict.fromkeys(header, pl.String)},
        orient="row",
    )
    connection.register("texts", texts)
    typed = ", ".join(f'try_cast("{name}" as {kind}) as "{name}"' for name, kind in spec.column_types.items())
    connection.execute(f'create table "{spec.name}" as select {LINE}, {typed} from texts')
    for name, kind in spec.column_types.items():
        wrong = (
            f'select {LINE}, "{name}" from texts where "{name}" is not null and try_cast("{name}" as {kind}) is null'
        )
        for line, cell in connection.execute(f"{wrong} order by {LINE}").fetchall():
            yield Fault(spec.name, line, f"{name}: expected {kind}, found {cell!r}")


def _broken_promises(connection: duckdb.DuckDBPyConnection, spec: SeedSpec, loaded: Collection[str]) -> Iterator[Fault]:
    for columns in (spec.key, spec.unique):
        if columns:
            names = ", ".join(f'"{name}"' for name in columns)
            again = f'select {LINE}, min({LINE}) over (partition by {names}) as first from "{spec.name}"'
            for line, first in _rows(connection, f"select * from ({again}) where {LINE} > first"):
                yield Fault(spec.name, line, f"the same {', '.join(columns)} as line {first}")
    for column in spec.required:
        for (line,) in _rows(connection, f'select {LINE} from "{spec.name}" where "{column}" is null'):
            yield Fault(spec.name, line, f"{column} is empty")
    for condition in spec.holds:
        for (line,) in _rows(connection, f'select {LINE} from "{spec.name}" where not coalesce({condition}, false)'):
            yield Fault(spec.name, line, f"expected {condition}")
    for reference in spec.refers:
        if reference.to in loaded:
            yield from _unknown(connection, spec, reference)


def _unknown(connection: duckdb.DuckDBPyConnection, spec: SeedSpec, reference: Reference) -> Iterator[Fault]:
    pairs = list(zip(reference.columns, reference.to_columns or reference.columns, strict=True))
    same = " and ".join(f'theirs."{there}" = ours."{here}"' for here, there in pairs)
    filled = " and ".join(f'ours."{here}" is not null' for here, _ in pairs)
    shown = ", ".join(f'ours."{here}"' for here, _ in pairs)
    query = f"""
        select ours.{LINE}, {shown} from "{spec.name}" as ours
        where {filled} and not exists (select 1 from "{reference.to}" as theirs where {same})
    """
    for line, *values in _rows(connection, query):
        named = ", ".join(f"{here} {value}" for (here, _), value in zip(pairs, values, strict=True))
        yield Fault(spec.name, line, f"there is no {named} in {reference.to}.csv")


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"{query} order by {LINE} limit {MOST_FAULTS_PER_RULE}").fetchall()
