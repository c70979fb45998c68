"""SQL that is written once and read in several places: models that macros embed, and parts that queries share.

A model is taken with the tables it refers to under their bare names, which the macro that embeds it defines. Models
that need more of dbt than references, variables and exact sums are refused by Jinja.
"""

import re
from collections.abc import Collection
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from pipelines.foundation.yaml_file import read_yaml
from pipelines.settings import MODELS_DIR

SUMS = "exact.sql"
# The tables a query reads, each as schema.table.
TABLES_READ = re.compile(r"\b(?:from|join)\s+([a-z_]+[.][a-z_0-9]+)")
PARTS_DIR = Path(__file__).parent / "macros" / "parts"


def render_macro(text: str, columns: Collection[tuple[str, str]] = ()) -> str:
    """Fill in the models a query embeds as ``{{ model('name') }}``, and shared parts as ``{{ part('name') }}``.

    ``has('schema.table', 'column')`` asks whether that is among the columns of the database it is for.
    """

    def has(table: str, column: str) -> bool:
        return (table, column) in columns

    def part(name: str) -> str:
        return _environment().from_string(_part(name)).render(has=has)

    return _environment().from_string(text).render(model=model_sql, part=part, has=has)


def _part(name: str) -> str:
    return (PARTS_DIR / f"{name}.sql").read_text(encoding="utf-8").strip()


def model_sql(name: str) -> str:
    """The query of a model; raises ``FileNotFoundError`` where there is none."""
    (path,) = _found(name)
    sums = (MODELS_DIR / "macros" / SUMS).read_text(encoding="utf-8")
    variables = read_yaml(MODELS_DIR / "dbt_project.yml")["vars"]
    template = _environment().from_string(sums + path.read_text(encoding="utf-8"))
    return template.render(ref=str, var=variables.__getitem__, config=lambda **_: "").strip()


def _environment() -> Environment:
    return Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701


def _found(name: str) -> list[Path]:
    paths = list((MODELS_DIR / "sql").rglob(f"{name}.sql"))
    if len(paths) != 1:
        found = f": {', '.join(str(path.relative_to(MODELS_DIR)) for path in paths)}" if paths else ""
        raise FileNotFoundError(f"expected one model named {name}, found {len(paths)}{found}")
    return paths
