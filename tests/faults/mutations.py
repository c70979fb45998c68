"""Deliveries of every format with random damage: what is landed, quarantined and refused is all there was.

Rows are counted a second time, by other means than the readers': records by the lines of text formats, and all rows
of what carries checksums, which is whole or refused.
"""

import gzip
import io
import json
import random
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import xlwt

from pipelines.errors import CepingError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.ledger import LedgerEntry, read_ledger
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.faults.table import Line
from tests.fixtures.deliveries import FORMATS, Rows
from tests.ingest.test_warc import record

SOURCE = "site_registry"
HEADER = ["网站标识码", "网站名称", "首页网址", "层级", "网站类型"]
ROWS = [[f"33{number:08}", f"示例网{number}", f"www{number}.example", "县级", "门户网站"] for number in range(40)]
FILES_A_BATCH = 20
MOST_BATCH_SECONDS = 600


def old_workbook(header: list[str], rows: Rows) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("登记表")
    for number, row in enumerate([header, *rows]):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.save(sink := io.BytesIO())
    return sink.getvalue()


def web_archive(header: list[str], rows: Rows) -> bytes:
    return b"".join(record(f"http://{row[2]}/", b"<title>%d</title>" % number) for number, row in enumerate(rows))


WRITERS: dict[str, Callable[[list[str], Rows], bytes]] = {
    **FORMATS,
    "a.xls": old_workbook,
    "a.warc": web_archive,
    "a.warc.gz": lambda header, rows: b"".join(gzip.compress(web_archive(header, [row])) for row in rows),
}
ENCODINGS = {
    "a.csv": ("utf-8", ","),
    "a.tsv": ("utf-16", "\t"),
    "gbk.csv": ("gb18030", ";"),
    "a.csv.gz": ("utf-8", ","),
    "a.csv.zst": ("utf-8-sig", "|"),
}
CRAWLED = {"a.warc", "a.warc.gz"}


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one damage, as disks, cables and programs do it."""
    place = chance.randrange(len(content))
    end = min(len(content), place + chance.choice([1, 4, 64, 512]))
    noise = bytes(chance.randrange(256) for _ in range(end - place))
    match chance.randrange(7):
        case 0:
            return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
        case 1:
            return content[:place] + noise + content[end:]
        case 2:
            return content[:place] + content[end:]
        case 3:
            return content[:end] + content[place:]
        case 4:
            return content[:place]
        case 5:
            return content[:place] + noise + content[place:]
    return content[:place] + bytes(end - place) + content[end:]


def counted(name: str, content: bytes) -> int | None:
    """Rows that a delivery holds, counted by other means than its reader's; ``None`` where nobody else can tell."""
    if name in CRAWLED:
        return None
    kind = name.removesuffix(".gz").removesuffix(".zst")
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    if name.endswith(".zst"):
        content = pa.CompressedInputStream(pa.BufferReader(content), "zstd").read()
    if kind.endswith((".jsonl", ".ndjson")):
        return sum(bool(line.strip()) for line in content.split(b"\n"))
    if kind.endswith(".json"):
        found = json.loads(content)
        return len(found["data"] if isinstance(found, dict) and "data" in found else found)
    return _lines_below_header(name, content) if name in ENCODINGS else None


def _lines_below_header(name: str, content: bytes) -> int | None:
    """Lines of a delimited file in which a line is a row and the header is as it was; else nobody else can tell."""
    encoding, delimiter = ENCODINGS[name]
    try:
        text = content.decode(encoding)
    except UnicodeError:
        return None
    header, *lines = text.replace("\r\n", "\n").split("\n")
    is_plain = header == delimiter.join(HEADER) and header not in lines and not set(text) & {'"', "\0", "\x1a"}
    are_rows = all(line.isprintable() and (not line or line.strip(delimiter + " \t\u3000")) for line in lines)
    return sum(map(bool, lines)) if is_plain and are_rows else None


def outcomes_of_batch(task: tuple[str, int]) -> dict[str, int | list[str]]:
    """Ingest a batch of mutations of one format; counts by column of the table, and notes."""
    name, seed = task
    chance = random.Random(f"{name} {seed}")
    source = "site_crawl" if name in CRAWLED else SOURCE
    content = WRITERS[name](HEADER, ROWS)
    deliveries = {f"{number:04}-{name}": mutated(content, chance) for number in range(FILES_A_BATCH)}
    line = Line(name)
    with TemporaryDirectory(prefix="ceping-mutations-") as folder:
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox", edition=2017, threads=1)
        (settings.inbox_dir / source).mkdir(parents=True)
        for file_name, damaged in deliveries.items():
            (settings.inbox_dir / source / file_name).write_bytes(damaged)
        try:
            ingest_source(load_contracts()[source], settings, lambda message: None)
        except CepingError:
            pass
        except BaseException as failure:
            return {"tries": len(deliveries), "stuck": 1, "notes": [f"{name} {seed}: {failure!r}"[:400]]}
        entries = {entry.file_name: entry for entry in read_ledger(settings.landing_dir, 2017, source)}
        for file_name, damaged in deliveries.items():
            line.tries += 1
            _judge(line, f"{name} {seed} {file_name}", entries.get(file_name), name, damaged)
    return {"tries": line.tries, "lost": line.lost, "silent": line.silent, "stuck": line.stuck, "notes": line.notes}


def _judge(line: Line, label: str, entry: LedgerEntry | None, name: str, damaged: bytes) -> None:
    if entry is None:
        line.lost += 1
        line.note(f"{label}: in no ledger")
        return
    if entry.status == "failed":
        message = entry.message or ""
        if not message or "\n" in message or "Traceback" in message:
            line.stuck += 1
            line.note(f"{label}: {message!r}")
        return
    if entry.status == "duplicate":
        return
    try:
        expected = counted(name, damaged)
    except (OSError, ValueError, TypeError, EOFError, zlib.error, pa.ArrowException) as failure:
        line.silent += 1
        line.note(f"{label}: landed {entry.rows_read} rows, though it cannot be read ({failure!r})")
        return
    if expected is not None and entry.rows_read != expected:
        line.lost += 1
        line.note(f"{label}: {expected} rows in, {entry.rows_fit} loaded, {entry.rows_unfit} quarantined")


def mutation_lines(tries: int) -> Iterator[Line]:
    """So many mutated deliveries, shared out over the formats; a reader that takes the process down is no way on."""
    batches = max(1, tries // FILES_A_BATCH // len(WRITERS))
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        waiting = {name: [pool.submit(outcomes_of_batch, (name, seed)) for seed in range(batches)] for name in WRITERS}
        for name, futures in waiting.items():
            line = Line(f"mutated {name}")
            for future in futures:
                found = future.result(timeout=MOST_BATCH_SECONDS * batches)
                for column, value in found.items():
                    if isinstance(value, int):
                        setattr(line, column, getattr(line, column) + value)
                    else:
                        line.notes += value
            yield line
