"""dbt, imported, and the project, parsed: what every build of a test begins with and what most of its time goes into.

Loaded once, by the process that those of the builds are forked from (see ``tests.warehouse``), and by nothing else.
"""

import contextlib
import os
import sys
from pathlib import Path

from dbt.adapters.duckdb.impl import DuckDBAdapter  # noqa: F401  (dbt would import it by name)
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.node_types import NodeType

from pipelines.settings import MODELS_DIR, Settings

PLACES = ["--project-dir", str(MODELS_DIR), "--profiles-dir", str(MODELS_DIR)]


def _parse() -> Manifest:
    # In the home of the tests, where it may be parsed already (see ``tests.conftest``): then it is only read.
    os.environ.update(Settings().environment())
    parsed = dbtRunner().invoke(["--quiet", "--no-write-json", "parse", *PLACES])
    assert isinstance(parsed.result, Manifest), parsed.exception
    return parsed.result


def build(arguments: list[str], environment: dict[str, str], folder: Path, log: Path) -> None:
    """Run ``dbt build`` in this process, which ends with it; the exit code says whether it succeeded."""
    os.environ.update(environment)
    os.chdir(folder)
    with log.open("w", encoding="utf-8") as stream, contextlib.redirect_stdout(stream):
        _take_seeds_from(environment["CEPING_SEED_PATH"])
        done = dbtRunner(MANIFEST).invoke(["build", *arguments, *PLACES])
        if done.exception:
            print(done.exception)
    sys.exit(0 if done.success else 1)


def _take_seeds_from(folder: str) -> None:
    """Let the parsed project read seeds of the same names from another folder; all that differs is where they are."""
    for node in MANIFEST.nodes.values():
        if node.resource_type == NodeType.Seed:
            node.original_file_path = f"{folder}/{Path(node.original_file_path).name}"


def write_manifest(path: Path) -> None:
    """Write the manifest of the project as dbt writes it beside what it builds."""
    MANIFEST.write(str(path))


MANIFEST = _parse()
