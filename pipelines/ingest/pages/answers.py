"""The answers of sites in the records of an archive, a row each: what a fetch is, and what its page holds.

A resource has no status and a request no answer: they are no fetches. A revisit is one, whose page stands elsewhere.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urljoin

from fastwarc.warc import WarcRecord, WarcRecordType

from pipelines.ingest.pages.page_facts import Search, page_facts, search_for
from pipelines.ingest.pages.page_text import decode_page
from pipelines.ingest.pages.records import MAX_BLOCK_BYTES, Captured, Unreadable
from pipelines.ingest.pages.sought import Sought
from pipelines.ingest.pages.wat import described_answer

Cells = dict[str, str | None]
Row = tuple[object, ...]
Decoding = Literal["all", "content", "none"]

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


@dataclass
class Tally:
    """What records of an archive were: so many answers, and of which kind the others; the number of the last of all.

    ``lost_by`` says what is wrong with the last stretch that no record can be made of, if there is one.
    """

    answers: int = 0
    others: Counter[str] = field(default_factory=Counter)
    lost_by: str | None = None
    last: int = 0

    def add(self, more: "Tally") -> None:
        """Take in those that follow."""
        self.answers += more.answers
        self.others.update(more.others)
        self.lost_by = more.lost_by or self.lost_by
        self.last = more.last


def columns_of_answers(sought: Sought) -> list[str]:
    """The columns an archive can fill: what every response has, and what is looked for on pages."""
    looked_for = [column.name for column in sought.columns]
    known = set(sought.names)
    return [name for name in dict.fromkeys([*OF_THE_RESPONSE, *OF_THE_PAGE, *looked_for]) if name in known]


def find_answers(sought: Sought, found: Sequence[Captured | Unreadable]) -> tuple[list[Row], Tally]:
    """A row for each answer and each gap among what was found, and what it was.

    A row is the number of the record, why nothing could be made of it, and its cells, all but the number text.
    """
    names = columns_of_answers(sought)
    search = search_for(sought)
    rows: list[Row] = []
    tally = Tally(last=found[-1].number)
    for each in found:
        if isinstance(each, Unreadable):
            tally.lost_by = each.detail
            rows.append(_broken(each, names))
        elif (row := _row_of(each, search, names)) is not None:
            tally.answers += 1
            rows.append(row)
        else:
            tally.others[each.kind] += 1
    return rows, tally


def _row_of(found: Captured, search: Search, names: list[str]) -> Row | None:
    """The row of a record; null where it is no answer."""
    if (described := _described(found, search)) is not None:
        return (found.number, None, None, *(described.get(name) for name in names))
    if _is_damaged_answer(found):
        where = f"the record at byte {found.offset:,}"
        return _broken(Unreadable(found.number, "no HTTP headers", f"{where} is a response and holds none"), names)
    return _row(found, search, names) if _is_answer(found) else None


def _described(found: Captured, search: Search) -> Cells | None:
    if found.kind != "metadata":
        return None
    cells = described_answer(found, search)
    return cells and cells | {"fetched_at": _in_utc(cells["fetched_at"])}


def _is_answer(found: Captured) -> bool:
    """Whether a record is a fetch; some crawlers give it the type of the page in place of that of HTTP."""
    return found.kind == "revisit" or (found.kind == "response" and (found.is_http or found.block.startswith(b"HTTP/")))


def _is_damaged_answer(found: Captured) -> bool:
    """Whether a record says that it is a site's response, and is none; those of name servers are no fetches."""
    is_of_web = found.address.lower().startswith(("http:", "https:"))
    return found.kind == "response" and is_of_web and not _is_answer(found)


def _row(found: Captured, search: Search, names: list[str]) -> Row:
    where = f"the record at byte {found.offset:,}"
    try:
        found = replace(found, block=_without_interim(found.block))
        answer = _answer(found.block, AS_IT_STANDS)
    except OSError as failure:
        return _broken(Unreadable(found.number, "no HTTP headers", f"{where} ({failure})"), names)
    if answer.http_headers is None or answer.http_headers.status_code is None:
        return _broken(Unreadable(found.number, "no HTTP status", where), names)
    cells = _of_the_response(found, answer) | _of_the_page(found, answer, search)
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


def _of_the_response(found: Captured, answer: WarcRecord) -> Cells:
    location = answer.http_headers.get("Location") if _is_redirection(answer) else None
    return {
        "url": found.address,
        "final_url": _target(found.address, location) if location else None,
        "fetched_at": _in_utc(found.date),
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


def _of_the_page(found: Captured, answer: WarcRecord, search: Search) -> Cells:
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
    return {"parse_outcome": outcome, "charset": page.charset, **page_facts(page, found.address, search)}


def _why_not_read(found: Captured, answer: WarcRecord) -> str | None:
    """The reason in its headers why a page is not taken apart; what is missing in part of a page is not missing."""
    if found.kind == "revisit" or answer.http_headers.status_code == NOT_MODIFIED:
        return "repeated"
    if _is_redirection(answer):
        return "redirected"
    if not _is_page(found, answer):
        return "not_html"
    if found.is_truncated:
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


def _broken(gap: Unreadable, names: list[str]) -> Row:
    return (gap.number, gap.reason, gap.detail, *[None] * len(names))
