"""Readers beside a writer: each opens ``current`` again and again while releases are published through it."""

import json
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import duckdb

from pipelines.errors import CepingError
from pipelines.releases.reading import open_database
from pipelines.releases.releases import Releases
from tests.faults.table import Line
from tests.fixtures.small_release import publish_tables, with_count

QUERY = "select computed from trends.figure where figure_id = 'trend2.running_sites'"
STOP = "stop"


def read_releases(home: str, stop: str) -> list[str]:
    """Read until told to stop; what was wrong, and last how often was read."""
    wrong: list[str] = []
    loops = 0
    while not Path(stop).exists():
        try:
            wrong += _read_once(Path(home))
        except (OSError, ValueError, duckdb.Error, CepingError) as failure:
            wrong.append(f"error: {failure}")
        loops += 1
    return [*wrong, f"{loops} loops"]


def _read_once(home: Path) -> Iterator[str]:
    """One release through its own folder, and the newest database through ``current``."""
    folder = (home / "releases" / "current").resolve()
    release_id = folder.parent.name
    manifest = json.loads((folder / "manifest.json").read_bytes())
    page = (folder / "figures.html").read_text(encoding="utf-8")
    if manifest["release_id"] != release_id or release_id not in page:
        yield f"torn: {release_id} holds files of another release"
    with open_database(folder / "ceping-2017.duckdb", threads=1) as connection:
        [count] = connection.execute(QUERY).fetchone() or [None]
    if f"{count:,.0f}" not in page:
        yield f"torn: the page of {release_id} does not show {count}"
    with open_database(home / "releases" / "current" / "ceping-2017.duckdb", threads=1) as connection:
        if connection.execute(QUERY).fetchone() is None:
            yield f"lost: no figure in {release_id}"


def readers_line(folder: Path, readers: int, publications: int) -> Line:
    """So many readers over so many publications."""
    line = Line(f"{readers} readers over {publications} publications", tries=readers * publications)
    home, stop = folder / "home", folder / STOP
    published = [publish_tables(home, with_count(1001))]
    with get_context("spawn").Pool(readers) as pool:
        reading = pool.starmap_async(read_releases, [(str(home), str(stop))] * readers)
        for number in range(1, publications):
            published.append(publish_tables(home, with_count(1001 + number)))
        stop.touch()
        found = [wrong for of_one in reading.get() for wrong in of_one]
    for wrong in found:
        line.torn += wrong.startswith("torn")
        line.lost += wrong.startswith("lost")
        line.stuck += wrong.startswith("error")
        if not wrong.endswith(" loops"):
            line.note(wrong)
    still_there = Releases(home / "releases").all()
    line.lost += len({release.release_id for release in published} - {release.release_id for release in still_there})
    loops = sum(int(said.split()[0]) for said in found if said.endswith(" loops"))
    print(f"  {loops} loops of readers", file=sys.stderr)
    return line
