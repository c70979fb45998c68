"""The suites: one YAML file per published table, and what the form allows.

A suite says which rows must ``never`` be found, as SQL over the candidate, and what is expected of single columns, in
Great Expectations' own vocabulary. That a table's key stands on one row is no part of it: it is judged of every table.

A file ``expectations/<schema>.<table>.yml`` that is not a suite is refused here; an expectation that Great Expectations
does not know is refused in ``expectations``.
"""

from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from pipelines.errors import CepingError
from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.hashing import hash_file, hash_json
from pipelines.foundation.yaml_file import read_yaml
from pipelines.gate.verdict import Severity

# The arguments of an expectation that name columns.
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")


def _in_both_languages(text: Bilingual) -> Bilingual:
    if not text.en or not text.zh:
        raise ValueError("must say it in English and in Chinese, separated by a bar: 'English | 中文'")
    return text


BothLanguages = Annotated[Bilingual, AfterValidator(_in_both_languages)]


class SuiteRule(BaseModel, frozen=True, extra="forbid"):
    """Rows that must never be found; the select sees the table as ``candidate`` and the others as ``schema.table``."""

    severity: Severity
    why: BothLanguages
    rows: str


class SuiteEntry(BaseModel, frozen=True, extra="forbid"):
    """One expectation of a column: its type and arguments are Great Expectations' own."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Severity
    why: BothLanguages

    @property
    def columns(self) -> list[str]:
        """The columns it is about."""
        named = [self.kwargs[name] for name in COLUMN_ARGUMENTS if name in self.kwargs]
        return [str(column) for part in named for column in ([part] if isinstance(part, str) else part)]


class Suite(BaseModel, frozen=True, extra="forbid"):
    """What must hold in one published table before anyone outside sees it."""

    table: str
    why: BothLanguages
    never: dict[str, SuiteRule] = Field(default_factory=dict)
    expectations: tuple[SuiteEntry, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.never and not self.expectations:
            raise ValueError("it says nothing: give 'never' or 'expectations' at least one entry")
        return self


def suite_paths(suites_dir: Path) -> list[Path]:
    """The suite files of a folder, in the order of their names."""
    return sorted(suites_dir.glob("*.yml"))


def suites_fingerprint(suites_dir: Path) -> str:
    """Hash of the suite files: their names and their bytes, wherever the folder lies."""
    return hash_json([(path.name, hash_file(path)) for path in suite_paths(suites_dir)])


def read_suites(suites_dir: Path) -> dict[str, Suite]:
    """The suites of a folder by table; raises ``CepingError`` naming the file and the entry that is wrong."""
    suites = [_read_suite(path) for path in suite_paths(suites_dir)]
    return {suite.table: suite for suite in suites}


def _read_suite(path: Path) -> Suite:
    try:
        suite = Suite.model_validate(read_yaml(path))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CepingError(f"{path.name} is not readable YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise CepingError(f"{path.name} is not a suite: {_in_one_sentence(error)}") from error
    if suite.table != path.stem:
        raise CepingError(f"{path.name} is the suite of {suite.table}: a suite's file is called <schema>.<table>.yml")
    return suite


def _in_one_sentence(error: ValidationError) -> str:
    return "; ".join(f"{_place(found['loc'])}{found['msg']}" for found in error.errors())


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the file, counted as a reader counts: ``expectations, entry 3, severity: ``."""
    words = [f"entry {part + 1}" if isinstance(part, int) else part for part in location]
    return f"{', '.join(words)}: " if words else ""
