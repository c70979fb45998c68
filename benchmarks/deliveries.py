"""The inboxes that are measured, and the small changes made to them.

For a size it is the example with one file of about one row in a hundred of its own, in the sources that the baseline
reads; the example edition and the smallest one have all sources.
"""

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipelines.example import ExampleOptions, write_example
from pipelines.example.evidence import MORE_SITES
from pipelines.reference.rows import seed_path

SMALL_SHARE = 0.01
SMALL_FILE = "抓取结果-补.jsonl.gz"
FASTEST = 1
# What the hand-written baseline reads as well.
MEASURED = {"site_crawl", "site_inspection", "site_registry", "platform_census"}
ANSWERED, GONE = '"状态码":200'.encode(), '"状态码":404'.encode()
CHANGED_EVERY = 10


@dataclass(frozen=True)
class Size:
    """A size: so many crawled sites of the 29,431 registered ones, so many pages each."""

    crawled: int
    pages: int
    sites: int = 29_431

    @property
    def rows(self) -> int:
        """Crawl rows, without the few flawed ones that come on top."""
        return self.crawled * self.pages


SIZES = {
    "1": Size(10_000, 100),
    "3": Size(12_000, 250),
    "6.2": Size(12_466, 500),
    "15": Size(15_000, 1_000),
}
TINY = Size(5, 30, sites=50)
SMALLEST = ExampleOptions(sites=60, crawled=12, pages=4)
VALUE = "指标值"
WEIGHTS = {
    "2017,innovation,innovation.index,": ("30", "31"),
    "2017,innovation,innovation.management,": ("15", "14"),
}


def deliver(size: Size, inbox: Path) -> None:
    """Write the example inbox of a size, and put the last hundredth of its crawl rows into a file of their own."""
    options = ExampleOptions(sites=size.sites, crawled=size.crawled, pages=size.pages)
    write_example(inbox, options, lambda message: None)
    for folder in inbox.iterdir():
        if folder.is_dir() and folder.name not in MEASURED:
            shutil.rmtree(folder)
    # Platforms and foreign-language sites are in no table that the baseline makes.
    (inbox / "site_registry" / MORE_SITES).unlink()
    _split_last_file(inbox / "site_crawl", round(size.rows * SMALL_SHARE))


def change_small_file(inbox: Path) -> None:
    """Deliver the small file again with some pages gone: the address is the same, the status is another."""
    path = inbox / "site_crawl" / SMALL_FILE
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    changed = [line if number % CHANGED_EVERY else line.replace(ANSWERED, GONE, 1) for number, line in enumerate(lines)]
    _write(path, changed)


def deliver_all(options: ExampleOptions, inbox: Path) -> None:
    """Write the example inbox with all its sources."""
    write_example(inbox, options, lambda message: None)


def change_cell(inbox: Path) -> None:
    """Give the first value of an outside indicator, on which an index and its awards depend, another last digit."""
    [path] = (inbox / "external_indicator").iterdir()
    header, first, *others = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place, cells = header.split(",").index(VALUE), first.split(",")
    cells[place] = f"{cells[place][:-1]}{(int(cells[place][-1]) + 1) % 10}"
    path.write_text("".join([header, ",".join(cells), *others]), encoding="utf-8")


def change_weights(seeds: Path) -> None:
    """Move a point of an index from one of its parts to another."""
    path = seed_path(seeds, "framework_nodes")
    for start, (old, new) in WEIGHTS.items():
        [line] = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(start)]
        _replace(path, line, line.replace(f",{old},", f",{new},", 1))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text or old == new:
        raise LookupError(f"{path.name} does not hold what was to be changed: {old}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _split_last_file(folder: Path, small_rows: int) -> None:
    last = max(folder.iterdir())
    lines = gzip.decompress(last.read_bytes()).splitlines(keepends=True)
    _write(last, lines[:-small_rows])
    _write(folder / SMALL_FILE, lines[-small_rows:])


def _write(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(gzip.compress(b"".join(lines), compresslevel=FASTEST, mtime=0))
