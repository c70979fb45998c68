"""WARC archives of crawlers, gzipped or not: one row per response, read in one pass; other records are counted.

A WAT has a row per response it describes, a WACZ those of each archive in it.

A resource has no status and a request no answer: they are no fetches. A revisit is one, whose page stands elsewhere.
"""

import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

import duckdb
import pyarrow as pa
from fastwarc.warc import WarcRecord, WarcRecordType

from pipelines.errors import DeliveryError
from pipelines.foundation.sql import identifier
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.archives import check_archive, is_compressed
from pipelines.ingest.readers.page_facts import page_facts
from pipelines.ingest.readers.page_text import decode_page
from pipelines.ingest.readers.raw_table import RawTable, match_headers
from pipelines.ingest.readers.warc_archive import MAX_BLOCK_BYTES, Captured, Unreadable, Walk
from pipelines.ingest.readers.wat import described_answer

Cells = dict[str, str | None]
Decoding = Literal["all", "content", "none"]

BATCH_ROWS = 256
ARCHIVE_IN_WACZ = re.compile(r"(?:^|/)archive/[^/]+\.warc(?:\.gz|\.zst)?$", re.IGNORECASE)
MAX_WACZ_BYTES = 64 << 30
PAGES = ("text/html", "application/xhtml+xml")
REDIRECTIONS = (300, 301, 302, 303, 305, 307, 308)
NOT_MODIFIED = 304
# What a server says before its answer, such as 100 Continue.
INTERIM = re.compile(rb"HTTP/\d(?:\.\d)? 1\d\d\b[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n(?=HTTP/)")
# Types with which servers say that they know none; browsers then look at the page itself, and so do they without one.
NO_TYPES = (None, "unknown/unknown", "application/unknown", "*/*")
BEGINNING_OF_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?[\t\n\f\r ]*(?:<!--|<\?xml|<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style"
    rb"|title|b|body|br|p|meta)[\t\n\f\r />])",
    re.IGNORECASE,
)
DAY, COMPACT_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"(\d{4})" + r"(\d\d)" * 5)
OF_THE_RESPONSE = ("url", "final_url", "fetched_at", "fetch_outcome", "http_status", "media_type", "parse_outcome")
OF_THE_PAGE = ("charset", "title", "html_lang", "has_viewport", "listed_dates")
# What crawlers that unpack a page leave in its headers is tried first, then the page as it stands.
AS_IT_STANDS: Decoding = "none"
DECODINGS: tuple[Decoding, ...] = ("all", "content", AS_IT_STANDS)


@dataclass(frozen=True)
class Archive:
    """One archive to be read: what messages call it, its file, its relation, and, of several, its name."""

    label: str
    path: Path
    relation: str
    sheet: str | None = None
    folder: object = None


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """The one table of an archive; rows are numbered as the records of the archive, of whatever type."""
    if is_compressed(delivery.path) and delivery.path.suffix.lower() != ".gz":
        check_archive(delivery.path, delivery.label)
    return [_table(connection, Archive(delivery.label, delivery.path, f"warc_{delivery.file_id}"), contract)]


def read_wacz(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """A table for each archive of a web archive collection, which is a zip; each counts as a sheet of its name."""
    folder = tempfile.TemporaryDirectory(prefix="ceping-")
    try:
        with zipfile.ZipFile(delivery.path) as package:
            members = [member for member in package.infolist() if ARCHIVE_IN_WACZ.search(member.filename)]
            if sum(member.file_size for member in members) > MAX_WACZ_BYTES:
                raise DeliveryError(f"{delivery.label}: unpacks to more than {MAX_WACZ_BYTES >> 30} GiB")
            paths = [Path(package.extract(member, folder.name)) for member in members]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as failure:
        raise DeliveryError(f"{delivery.label}: cannot be read as WACZ ({failure})") from failure
    if not paths:
        raise DeliveryError(f"{delivery.label}: no archive is in it; a WACZ has them as archive/*.warc.gz")
    archives = [
        Archive(f"{delivery.label}, {path.name}", path, f"warc_{delivery.file_id}_{order}", path.name, folder)
        for order, path in enumerate(paths)
    ]
    return [_table(connection, archive, contract) for archive in archives]


def _table(connection: duckdb.DuckDBPyConnection, archive: Archive, contract: Contract) -> RawTable:
    names = _delivered_columns(contract)
    match_headers(names, contract, archive.label)
    failures: list[DeliveryError] = []
    skipped: Counter[str] = Counter()
    rows = _rows(archive, contract, names, skipped, failures)
    relation = archive.relation
    connection.register(relation, pa.RecordBatchReader.from_batches(_schema(names), _batches(rows, _schema(names))))
    return RawTable(
        sheet=archive.sheet,
        relation=relation,
        cells={name: identifier(name) for name in names},
        matched_headers={name: name for name in names},
        skipped_records=skipped,
        failures=failures,
        read_from=archive.folder,
    )


def _delivered_columns(contract: Contract) -> list[str]:
    """The columns an archive can fill: what every response has, and what the contract looks for on pages."""
    looked_for = [
        column.name for column in contract.columns if column.meta_tag or column.meta_tags or column.found_patterns
    ]
    known = {column.name for column in contract.columns}
    return [name for name in dict.fromkeys([*OF_THE_RESPONSE, *OF_THE_PAGE, *looked_for]) if name in known]


def _rows(
    archive: Archive, contract: Contract, names: list[str], skipped: Counter[str], failures: list[DeliveryError]
) -> Iterator[tuple[object, ...]]:
    """A row for each response and each gap; an archive of which nothing can be read, or no answer, is one failure."""
    has_record, has_answer = False, False
    gap: Unreadable | None = None
    for found in Walk(archive.path):
        if isinstance(found, Unreadable):
            gap = found
            yield _broken(found, names)
            continue
        has_record = True
        if (described := _described(found, contract)) is not None:
            has_answer = True
            yield (found.number, None, None, *(described.get(name) for name in names))
            continue
        if _is_damaged_answer(found):
            has_answer = True
            where = f"the record at byte {found.offset:,}"
            yield _broken(Unreadable(found.number, "no HTTP headers", f"{where} is a response and holds none"), names)
            continue
        if not _is_answer(found):
            # By the library's list: what an archive writes there may be anything.
            skipped[str(found.record.record_type)] += 1
            continue
        has_answer = True
        yield _row(found, contract, names)
    if has_record and not has_answer and gap is None:
        held = ", ".join(f"{count:,} {kind}" for kind, count in sorted(skipped.items()))
        failures.append(
            DeliveryError(f"{archive.label}: no answer of a site is in it, only records of other kinds ({held})")
        )
        raise failures[-1]
    if not has_record:
        reason = "it holds no record" if gap is None else gap.detail
        failures.append(DeliveryError(f"{archive.label}: cannot be read as WARC ({reason})"))
        raise failures[-1]


def _described(found: Captured, contract: Contract) -> Cells | None:
    if found.record.record_type != WarcRecordType.metadata:
        return None
    cells = described_answer(found, contract)
    return cells and cells | {"fetched_at": _in_utc(cells["fetched_at"])}


def _is_answer(found: Captured) -> bool:
    """Whether a record is a fetch; some crawlers give it the type of the page in place of that of HTTP."""
    kind = found.record.record_type
    return kind == WarcRecordType.revisit or (
        kind == WarcRecordType.response and (found.record.is_http or found.block.startswith(b"HTTP/"))
    )


def _is_damaged_answer(found: Captured) -> bool:
    """Whether a record says that it is a site's response, and is none; those of name servers are no fetches."""
    address = (found.record.headers.get("WARC-Target-URI") or "").strip("<> ").lower()
    is_response = found.record.record_type == WarcRecordType.response
    return is_response and address.startswith(("http:", "https:")) and not _is_answer(found)


def _row(found: Captured, contract: Contract, names: list[str]) -> tuple[object, ...]:
    where = f"the record at byte {found.offset:,}"
    try:
        found = replace(found, block=_without_interim(found.block))
        answer = _answer(found.block, AS_IT_STANDS)
    except OSError as failure:
        return _broken(Unreadable(found.number, "no HTTP headers", f"{where} ({failure})"), names)
    if answer.http_headers is None or answer.http_headers.status_code is None:
        return _broken(Unreadable(found.number, "no HTTP status", where), names)
    address = (found.record.headers.get("WARC-Target-URI") or "").strip("<> ")
    cells = _of_the_response(found.record, answer, address) | _of_the_page(found, answer, address, contract)
    return (found.number, None, None, *(cells.get(name) for name in names))


def _without_interim(block: bytes) -> bytes:
    while interim := INTERIM.match(block):
        block = block[interim.end() :]
    return block


def _answer(block: bytes, decoding: Decoding) -> WarcRecord:
    """The block of a record with its HTTP headers parsed; what follows them is unpacked as it is read."""
    answer = WarcRecord()
    answer.init_headers(WarcRecordType.response)
    answer.is_http = True
    answer.set_bytes_content(block)
    answer.parse_http(auto_decode=decoding, quirks_mode=True)
    return answer


def _of_the_response(record: WarcRecord, answer: WarcRecord, address: str) -> Cells:
    location = answer.http_headers.get("Location") if _is_redirection(answer) else None
    return {
        "url": address,
        "final_url": _target(address, location) if location else None,
        "fetched_at": _in_utc(record.headers.get("WARC-Date")),
        "fetch_outcome": "ok",
        "http_status": str(answer.http_headers.status_code),
        "media_type": _media_type(answer),
    }


def _in_utc(date: str | None) -> str | None:
    """The date of a record with its zone: that of an archive is UTC whether it says so or not."""
    if date is None:
        return None
    if DAY.fullmatch(date):
        return f"{date}T00:00:00Z"
    if compact := COMPACT_MOMENT.fullmatch(date):
        return "{}-{}-{}T{}:{}:{}Z".format(*compact.groups())
    return date


def _is_redirection(answer: WarcRecord) -> bool:
    return answer.http_headers.status_code in REDIRECTIONS


def _media_type(answer: WarcRecord) -> str | None:
    return (answer.http_content_type or "").strip().lower() or None


def _target(address: str, location: str) -> str:
    try:
        return urljoin(address, location.strip())
    except ValueError:
        return location


def _of_the_page(found: Captured, answer: WarcRecord, address: str, contract: Contract) -> Cells:
    """What the page holds, or why it was not read."""
    outcome = _why_not_read(found, answer)
    if outcome is not None:
        return {"parse_outcome": outcome}
    body = _body(found.block)
    if body is None:
        return {"parse_outcome": "no_body" if not answer.reader.read(1) else "undecodable"}
    if len(body) > MAX_BLOCK_BYTES:
        return {"parse_outcome": "too_large"}
    page = decode_page(body, answer.http_charset)
    outcome = "parsed" if page.is_whole else "damaged_text"
    return {"parse_outcome": outcome, "charset": page.charset, **page_facts(page.text, address, contract)}


def _why_not_read(found: Captured, answer: WarcRecord) -> str | None:
    """The reason in its headers why a page is not taken apart; what is missing in part of a page is not missing."""
    if found.record.record_type == WarcRecordType.revisit or answer.http_headers.status_code == NOT_MODIFIED:
        return "repeated"
    if _is_redirection(answer):
        return "redirected"
    if not _is_page(found, answer):
        return "not_html"
    if "WARC-Truncated" in found.record.headers:
        return "cut_short"
    return None if found.is_whole else "too_large"


def _is_page(found: Captured, answer: WarcRecord) -> bool:
    """Whether the answer is a page by its type; where it has none, by how it begins."""
    media_type = _media_type(answer)
    if media_type not in NO_TYPES:
        return media_type in PAGES
    return BEGINNING_OF_HTML.match(_body(found.block) or b"") is not None


def _body(block: bytes) -> bytes | None:
    """The page unpacked; crawlers that unpack it themselves leave the headers of a packed one."""
    for decoding in DECODINGS:
        try:
            body = _answer(block, decoding).reader.read(MAX_BLOCK_BYTES + 1)
        except OSError:
            continue
        if body and (decoding != AS_IT_STANDS or (b"<" in body and b"\0" not in body)):
            return body
    return None


def _broken(gap: Unreadable, names: list[str]) -> tuple[object, ...]:
    return (gap.number, gap.reason, gap.detail, *[None] * len(names))


def _schema(names: list[str]) -> pa.Schema:
    cells = [(name, pa.string()) for name in names]
    return pa.schema([("row_number", pa.int64()), ("broken_reason", pa.string()), ("broken_text", pa.string()), *cells])


def _batches(rows: Iterable[tuple[object, ...]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH_ROWS)):
        columns = zip(*batch, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
