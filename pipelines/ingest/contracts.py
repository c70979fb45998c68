"""The source contracts: what a delivered row must look like, read from the dbt source files.

The YAML under ``models/sql/sources`` is the only place that names a source's columns, types, headers, aliases and
rules. A contract is applied to rows in ``conform``.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from pipelines.errors import CepingError
from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.yaml_file import read_yaml
from pipelines.reference.rows import read_rows
from pipelines.settings import SOURCES_DIR, Settings

# Raised when landing files have other columns than before, beside those of the contracts.
LANDING_FORMAT = 2

# What tables of units ask about persons, whatever the table is about.
PERSONAL_HEADERS = (
    r"(?i)姓名|联系人|联系方式|负责人|经办人|填报人|填表人|电话|手机|传真|邮箱|邮件|身份证|住址|生日|性别|学习经历|QQ"
    r"|IP地址|网络地址|来自IP|\bIP\b|e-?mail|phone|birthday|gender"
)

# Nothing that is dated here is older than websites are.
EARLIEST = dt.date(1990, 1, 1)

DataType = Literal["string", "integer", "bigint", "double", "boolean", "date", "timestamp", "string[]", "cell[]"]


class Column(BaseModel, frozen=True, extra="forbid"):
    """One column of a source, and the rules a cell of it must meet."""

    name: str
    data_type: DataType
    description: Bilingual
    header: str = Field(description="Header of the column in files people fill in.")
    aliases: tuple[str, ...] = Field(default=(), description="Other headers the same column arrives under.")
    required: bool = False
    pattern: str | None = Field(default=None, description="Regular expression the whole cell must match.")
    minimum: float | None = None
    maximum: float | None = None
    values: dict[str, tuple[str, ...]] | None = Field(
        default=None, description="Allowed values, each with the other spellings it arrives under."
    )
    default: str | None = Field(default=None, description="Value of an empty cell.")
    timezone: str = Field(default="UTC", description="Zone of times written without one.")
    whole_months: bool = Field(default=False, description="Whether a month without a day means its first day.")
    begins: str | None = Field(
        default=None, description="Column that says of what kind the period is that begins on this day."
    )
    years_before: int | None = Field(
        default=None,
        description="Years before the edition's from which a day is believed; by default one where every row has the "
        "day, as it says when something was looked at, and any number otherwise.",
    )
    years_after: int = Field(default=1, description="Years after the edition's up to which a day is believed.")
    is_rounded: bool = Field(
        default=False, description="Whether platforms write the number rounded: 1.2万 is read as 12000."
    )
    capped: dict[str, tuple[str, ...]] = Field(
        default={}, description="Numbers that stand for what a platform shows above a bound, each with what it shows."
    )
    repeated: Literal["refuse", "first"] = Field(
        default="refuse",
        description="Where its header stands twice: refuse the file, or take the first and keep the rest.",
    )
    check: Literal["uscc"] | None = Field(
        default=None, description="Rule of meaning a library judges: uscc, the unified social credit code."
    )
    from_file_name: str | None = Field(
        default=None,
        description="Regular expression whose group finds the value in the file name where no header does.",
    )
    extract: str | None = Field(
        default=None,
        description="Regular expression whose group is the value within the cell; a cell without it stays whole.",
    )
    gathers: str | None = Field(
        default=None,
        description="Regular expression of headers; a cell[] column holds their cells, each with its header.",
    )
    resembles: str | None = Field(
        default=None,
        description="Regular expression of headers that look like those a cell[] column gathers: one that no column "
        "takes is reported like a bad row.",
    )
    leaves_out: str | None = Field(
        default=None,
        description="Regular expression of headers a cell[] column must not gather, as they ask for persons.",
    )
    listed: tuple[str, ...] = Field(
        default=(),
        description="Columns of seeds (seed.column) with the texts gathered cells may hold; all else is masked.",
    )
    listed_texts: tuple[str, ...] = Field(default=(), description="Those texts, as the seeds have them.")
    harmless: str = Field(default="", description="Regular expression of gathered texts that need not be listed.")
    separator: str = Field(default="┋", description="Parts the texts of a gathered cell that holds several.")
    aside: str = Field(default="〖.*〗", description="Regular expression of words added to a text; they are cut off.")
    meta_tag: str | None = Field(
        default=None, description="Name of the meta tag with the value, where whole pages are delivered."
    )
    meta_tags: tuple[str, ...] = Field(
        default=(), description="Names of the meta tags that are the value together, as a JSON object."
    )
    found_by: tuple[str, ...] = Field(
        default=(),
        description="Columns of seeds (seed.column) with patterns, as of LIKE, by which it is found on whole pages.",
    )
    found_patterns: tuple[str, ...] = Field(default=(), description="Those patterns, as the seeds have them.")
    unit_of: str | None = Field(
        default=None, description="Column with what the value is of, where this one holds the unit of a value."
    )
    own_units: dict[str, tuple[str, ...]] = Field(
        default={}, description="Units of each such thing, as the seed has them that the contract names."
    )
    personal: Literal["drop", "pseudonym"] | None = Field(
        default=None, description="Personal data: never landed, or landed as a keyed hash only."
    )
    is_name: bool = Field(
        default=False, description="Of personal data: the name of a person, which may land in no other column either."
    )

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header the column is recognised by, best first."""
        return (self.name, self.header, *self.aliases)


class Contract(BaseModel, frozen=True, extra="forbid"):
    """One source: its columns and its key."""

    name: str
    title: str = Field(description="Chinese title of the form.")
    description: Bilingual
    key: tuple[str, ...] = Field(description="Columns that identify a row within an edition.")
    columns: tuple[Column, ...]
    refused: Literal["shown", "hidden"] = Field(
        default="shown",
        description="Whether a value that breaks a rule is shown; hidden, it does not even land: it may be anything.",
    )
    short_rows: Literal["refused", "filled"] = Field(
        default="refused",
        description="What becomes of a row of a delimited file with fewer cells than the header: filled, its last "
        "cells count as empty, as some programs leave them out.",
    )
    personal_headers: str = Field(
        default=PERSONAL_HEADERS,
        description="Regular expression of headers that ask for persons: where no column claims one, its cells are "
        "not kept, and its name alone is reported.",
    )
    example_sheets: str = Field(
        default=r"(?:填[报写表]?)?(?:示例|样例|范例|样表)",
        description="Regular expression of the names of sheets that show how to fill in the others: not read.",
    )
    correction_mark: str = Field(
        default=r"[-_ （(]*(?:[vV](?P<version>\d+)|更正版?(?P<nth>\d*)|修订版?(?P<revision>\d*))[）)]?$",
        description="What a file name ends in, before its suffix, where the file corrects an earlier one.",
    )

    def gathering(self, header: str) -> Column | None:
        """The column that gathers the cells below a header no column claims, if there is one."""
        for column in self.columns:
            if column.gathers is not None and re.search(column.gathers, header):
                is_left_out = column.leaves_out is not None and re.search(column.leaves_out, header)
                return None if is_left_out else column
        return None

    def looks_lost(self, header: str) -> bool:
        """Whether a header that nothing takes looks like one that should have been gathered."""
        return not self.is_personal(header) and any(
            column.resembles is not None
            and re.search(column.resembles, header)
            and not (column.leaves_out is not None and re.search(column.leaves_out, header))
            for column in self.columns
        )

    def is_personal(self, header: str) -> bool:
        """Whether a header asks for a person's data."""
        return re.search(self.personal_headers, header) is not None

    def believed_days(self, column: Column, edition: int) -> tuple[dt.date, dt.date] | None:
        """The first and the last day a date or time may fall on; null where the column holds neither."""
        if column.data_type not in ("date", "timestamp"):
            return None
        is_in_every_row = column.required or column.name in self.key
        years_before = column.years_before if column.years_before is not None else 1 if is_in_every_row else None
        first = EARLIEST if years_before is None else dt.date(edition - years_before, 1, 1)
        return first, dt.date(edition + column.years_after, 12, 31)

    def is_identifier(self, column: Column) -> bool:
        """Whether a column names things: any text of a form, or of the key, that is not one of a list."""
        is_text = column.data_type == "string" and column.values is None and column.personal is None
        return is_text and (column.pattern is not None or column.name in self.key)

    @property
    def has_personal(self) -> bool:
        """Whether a delivered row holds personal data: then nothing of it may be shown or kept as it was written."""
        return any(column.personal for column in self.columns)

    @property
    def fingerprint(self) -> str:
        """Hash of everything in the contract: a file read under another contract is read again."""
        return hashlib.sha256(f"{LANDING_FORMAT} {self.model_dump_json()}".encode()).hexdigest()[:16]

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def column(self, name: str) -> Column:
        """The column of that name; raises ``KeyError`` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


def read_contract(path: Path) -> Contract:
    """The contract in one dbt source file; raises ``pydantic.ValidationError`` where it breaks the form."""
    source = read_yaml(path)["sources"][0]
    table = source["tables"][0]
    columns = [
        {
            "name": column["name"],
            "data_type": column["data_type"],
            "description": column["description"],
            **_with_texts_of_seeds(column["name"], column["config"]["meta"]),
        }
        for column in table["columns"]
    ]
    return Contract.model_validate(
        {
            "name": table["name"],
            "description": table["description"],
            "columns": columns,
            **table["config"]["meta"]["contract"],
        }
    )


def _with_texts_of_seeds(name: str, meta: dict[str, Any]) -> dict[str, Any]:
    """A column's rules, with the texts and patterns it has in seeds: when a seed gains one, files are read again."""
    return {
        **meta,
        "listed_texts": _seed_texts(name, meta.get("listed", ())),
        "found_patterns": _seed_texts(name, meta.get("found_by", ())),
        "own_units": _units_in(meta["own_units"], meta["unit_of"]) if "own_units" in meta else {},
    }


def _units_in(seed: str, column: str) -> dict[str, list[str]]:
    """The units in a seed, by what the column with the thing's code says."""
    units: dict[str, list[str]] = {}
    for _, row in read_rows(Settings().seeds_dir, seed):
        units.setdefault(row[column], []).append(row["unit"])
    return units


def _seed_texts(name: str, seed_columns: Iterable[str]) -> list[str]:
    """The texts in columns of seeds; of a seed that names the column of each row, those of this one."""
    texts: set[str] = set()
    for seed_column in seed_columns:
        seed, column = seed_column.split(".")
        rows = (row for _, row in read_rows(Settings().seeds_dir, seed))
        texts.update(row[column] for row in rows if row.get("column_name", name) == name)
    return sorted(texts)


def find_contract(source: str) -> Contract:
    """The contract of a source; raises ``CepingError`` where there is no such source."""
    contracts = load_contracts()
    if source not in contracts:
        raise CepingError(f"there is no source {source}; there are {', '.join(contracts)}")
    return contracts[source]


@cache
def load_contracts(folder: Path = SOURCES_DIR) -> dict[str, Contract]:
    """All contracts by source name, in the order of their file names."""
    contracts = (read_contract(path) for path in sorted(folder.glob("*.yml")))
    return {contract.name: contract for contract in contracts}
