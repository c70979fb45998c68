"""WARC archives: what a page says reaches landing, and what is damaged is said with its place."""

import base64
import gzip
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from fastwarc.warc import WarcRecord, WarcRecordType
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from pipelines.errors import DeliveryError
from pipelines.foundation.processes import Processes
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.dry_run import check_path
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.landing import NO_FILE
from pipelines.ingest.pages import answers, patterns
from pipelines.ingest.pages import page as parsed_page
from pipelines.ingest.pages import page_facts as facts_of_pages
from pipelines.ingest.pages.page_facts import page_facts, search_for
from pipelines.ingest.pages.page_text import PageText
from pipelines.ingest.pages.sought import Sought
from pipelines.ingest.readers import read, warc
from pipelines.ingest.source import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import deliver

CONTRACT = load_contracts()["site_crawl"]
SEARCH = search_for(warc.sought_on_pages(CONTRACT))
REAL = PROJECT_ROOT.parent / "shared" / "data" / "warc"
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="{charset}"><title> 示例市
 人民政府 </title><meta name="SiteName" content="示例市人民政府"><meta name="SiteIDCode" content="3701000001">
<meta name="PubDate" content="2017-08-18 09:30"><meta name="viewport" content="width=device-width">
<meta name="x-synthetic" content="是"></head><body>
<form action="/search"><input type="search" name="q"></form><a href="/robot/">智能问答</a>
<a href="https://weibo.com/u/1">微博</a><a href="/about.html">关于</a>
<ul><li><a href="a.html">甲</a><span>2017-08-17</span></li><li>乙 2017年8月1日</li><li>丙</li></ul></body></html>"""


def record(url: str, body: bytes, headers: str = "", status: str = "200 OK", kind: str = "response") -> bytes:
    """One WARC record of an HTTP answer."""
    block = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + body
    written = WarcRecord()
    written.init_headers(getattr(WarcRecordType, kind))
    written.headers["WARC-Target-URI"] = url
    written.headers["WARC-Date"] = "2017-08-20T01:02:03Z"
    written.headers["Content-Type"] = "application/http; msgtype=response"
    written.set_bytes_content(block)
    sink = io.BytesIO()
    written.write(sink)
    return sink.getvalue()


def facts_of(html: str, address: str = "http://a.example/") -> dict[str, str | None]:
    return page_facts(PageText(html, "utf-8", is_whole=True, in_utf8=html.encode()), address, SEARCH)


def page(charset: str = "utf-8") -> bytes:
    return PAGE.format(charset=charset).encode(charset)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", inbox=tmp_path / "inbox")


def landed(settings: Settings, name: str, content: bytes) -> list[dict[str, Any]]:
    """The rows that land of one archive."""
    deliver(settings.inbox_dir, "site_crawl", name, content)
    ingest_source(CONTRACT, settings, lambda message: None)
    rows = pl.read_parquet(settings.landing_dir / "site_crawl" / "*.parquet")
    return rows.sort("row_number").to_dicts()


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb18030"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_what_a_page_says_lands(settings: Settings, charset: str, is_packed: bool) -> None:
    content = record("http://www.example.gov.cn/", page(charset))
    [row] = landed(
        settings, "页面.warc.gz" if is_packed else "页面.warc", gzip.compress(content) if is_packed else content
    )
    said = {
        "url": "http://www.example.gov.cn/",
        "fetch_outcome": "ok",
        "http_status": 200,
        "media_type": "text/html",
        "parse_outcome": "parsed",
        "title": "示例市 人民政府",
        "html_lang": "zh-CN",
        "declared_site_code": "3701000001",
        "has_viewport": True,
        "has_search_box": True,
        "has_robot": True,
        "is_synthetic": True,
        "new_media_links": ["https://weibo.com/u/1"],
        "listed_dates": ["2017-08-17", "2017-08-01"],
        "rejections": None,
    }
    assert {name: row[name] for name in said} == said
    assert str(row["published_date"]) == "2017-08-18"
    assert str(row["fetched_at"]) == "2017-08-20 01:02:03"
    assert '"SiteName":' in row["page_tags"].replace(" ", "")


def test_bodies_are_unpacked_and_redirections_followed_by_name(settings: Settings) -> None:
    packed = gzip.compress(page())
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    archive = (
        record("http://a.example/", chunked, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n")
        + record("http://b.example/", b"", "Location: /neu\r\n", "301 Moved")
        + record("http://c.example/", page(), kind="request")
        + record("http://d.example/x", b"<html>", status="404 Not Found")
    )
    unpacked, moved, gone = landed(settings, "a.warc", archive)
    assert (unpacked["title"], unpacked["parse_outcome"]) == ("示例市 人民政府", "parsed")
    assert (moved["final_url"], moved["http_status"], moved["parse_outcome"]) == (
        "http://b.example/neu",
        301,
        "redirected",
    )
    assert gone["http_status"] == 404
    assert [row["row_number"] for row in (unpacked, moved, gone)] == [1, 2, 4]


def test_a_cut_archive_keeps_what_can_be_read_and_says_what_is_lost(settings: Settings) -> None:
    first, second = record("http://a.example/", page()), record("http://b.example/", page())
    whole, cut = landed(settings, "a.warc", first + second[:-300])
    assert whole["rejections"] is None
    [rejection] = cut["rejections"]
    assert rejection["column_name"] is None
    assert f"byte {len(first):,}" in rejection["value"] or f"{len(first):,}" in rejection["value"]


def test_a_cut_gzip_archive_says_so(settings: Settings) -> None:
    packed = b"".join(gzip.compress(record(f"http://{name}.example/", page())) for name in "ab")
    rows = landed(settings, "a.warc.gz", packed[:-40])
    assert rows[0]["rejections"] is None
    assert rows[-1]["rejections"]


def test_what_is_no_archive_is_one_clear_error(settings: Settings) -> None:
    with pytest.raises(DeliveryError, match=r"site_crawl/a\.warc: cannot be read as WARC"):
        landed(settings, "a.warc", b"no archive at all, only text" * 20)


@given(
    pages=st.lists(
        st.tuples(st.sampled_from(["response", "request", "metadata"]), st.text("甲乙丙 abc", min_size=1, max_size=30)),
        min_size=1,
        max_size=5,
    ),
    line_end=st.sampled_from([b"\n", b"\r\n"]),
    is_packed=st.booleans(),
)
@rules(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_any_archive_is_read_with_any_line_ends(pages: list[tuple[str, str]], line_end: bytes, is_packed: bool) -> None:
    records = [by_hand(kind, f"<html><title>{title}</title>".encode(), line_end) for kind, title in pages]
    content = b"".join(gzip.compress(each) if is_packed else each for each in records)
    titles = [" ".join(title.split()) or None for kind, title in pages if kind == "response"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox")
        name = "a.warc.gz" if is_packed else "a.warc"
        if titles:
            assert [row["title"] for row in landed(settings, name, content)] == titles
        else:
            with pytest.raises(DeliveryError, match="no answer of a site is in it, only records of other kinds"):
                landed(settings, name, content)


def by_hand(kind: str, page: bytes, line_end: bytes, date: str = "2017-10-18T04:00:00Z") -> bytes:
    """A record as programs write it that take no library for it."""
    block = line_end.join([b"HTTP/1.1 200 OK", b"Content-Type: text/html; charset=utf-8", b"", page])
    head = [
        b"WARC/1.0",
        b"WARC-Type: " + kind.encode(),
        b"WARC-Target-URI: http://a.example/",
        b"WARC-Date: " + date.encode(),
        b"Content-Type: application/http; msgtype=response",
        b"Content-Length: %d" % len(block),
        b"",
        b"",
    ]
    return line_end.join(head) + block + line_end * 2


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2017-10-18", "2017-10-18 00:00:00"),
        ("20171018040000", "2017-10-18 04:00:00"),
        ("2017-10-18T04:00:00.123456789Z", "2017-10-18 04:00:00.123456"),
        ("2017-10", "None"),
    ],
)
def test_the_dates_of_an_archive_are_utc(settings: Settings, date: str, moment: str) -> None:
    [row] = landed(settings, "a.warc", by_hand("response", b"<html>", b"\r\n", date))
    assert str(row["fetched_at"]) == moment


def test_what_a_server_says_before_its_answer_is_not_the_answer(settings: Settings) -> None:
    interim = b"HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
    content = retyped(record("http://a.example/", b"<html>", status="404 Not Found"), b"")
    length = int(re.findall(rb"Content-Length: (\d+)", content)[0])
    content = content.replace(b"Content-Length: %d" % length, b"Content-Length: %d" % (length + len(interim)))
    [row] = landed(settings, "a.warc", content.replace(b"HTTP/1.1", interim + b"HTTP/1.1", 1))
    assert (row["http_status"], row["parse_outcome"]) == (404, "parsed")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"\r\n <!DOCTYPE html><title>a</title>", "parsed"),
        (b"<table><tr><td>a</table>", "parsed"),
        (b"%PDF-1.4 <html>", "not_html"),
        (b"a < b", "not_html"),
        (b"", "not_html"),
    ],
)
@pytest.mark.parametrize("header", [b"", b"Content-Type: unknown/unknown\r\n"])
def test_a_page_without_a_type_is_known_by_how_it_begins(
    settings: Settings, body: bytes, outcome: str, header: bytes
) -> None:
    content = record("http://a.example/", body)
    [row] = landed(settings, "a.warc", retyped(content, header))
    assert row["parse_outcome"] == outcome


def retyped(content: bytes, header: bytes) -> bytes:
    """A record of a page with another header in place of its type."""
    typed = b"Content-Type: text/html\r\n"
    head, _, block = content.partition(b"HTTP/1.1 ")
    length = len(block) + len(b"HTTP/1.1 ") - len(b"\r\n\r\n") + len(header) - len(typed)
    head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % length, head)
    return head + b"HTTP/1.1 " + block.replace(typed, header, 1)


@pytest.mark.parametrize(
    ("said", "tagged", "written", "charset"),
    [
        ("ISO-8859-1", "gb2312", "gb2312", "gb18030"),
        ("ISO-8859-1", None, "gb2312", "gb18030"),
        ("windows-1252", None, "utf-8", "utf-8"),
        ("gb2312", "utf-8", "utf-8", "utf-8"),
        ("utf-8", "gb2312", "gb2312", "gb18030"),
        ("gbk", None, "gbk", "gb18030"),
        (None, "gb2312", "utf-8", "utf-8"),
    ],
)
def test_a_page_is_in_what_its_bytes_are_where_it_says_two_things(
    settings: Settings, said: str | None, tagged: str | None, written: str, charset: str
) -> None:
    tag = f'<meta charset="{tagged}">' if tagged else ""
    text = "甲县人民政府门户网站，政务公开，办事服务，互动交流"
    page = f"<html><head>{tag}<title>{text}</title></head><body>{text * 5}</body></html>"
    header = f"Content-Type: text/html; charset={said}\r\n" if said else "Content-Type: text/html\r\n"
    [row] = landed(settings, "a.warc", retyped(record("http://a.example/", page.encode(written)), header.encode()))
    assert (row["title"], row["charset"], row["parse_outcome"]) == (text, charset, "parsed")


def test_a_wacz_is_the_archives_in_it(settings: Settings) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as written:
        written.writestr("datapackage.json", "{}")
        for name in "ab":
            content = gzip.compress(record(f"http://{name}.example/", page()))
            written.writestr(f"archive/{name}.warc.gz", content)
    rows = landed(settings, "a.wacz", package.getvalue())
    assert sorted((row["sheet"], row["url"], row["title"]) for row in rows) == [
        ("a.warc.gz", "http://a.example/", "示例市 人民政府"),
        ("b.warc.gz", "http://b.example/", "示例市 人民政府"),
    ]


@pytest.mark.parametrize("content", [b"PK no zip", b"PK\x05\x06" + bytes(18)], ids=["damaged", "empty"])
def test_a_wacz_without_archives_is_one_error(settings: Settings, content: bytes) -> None:
    with pytest.raises(DeliveryError, match=r"site_crawl/a\.wacz: (cannot be read as WACZ|no archive is in it)"):
        landed(settings, "a.wacz", content)


def described(kind: str, answer: dict[str, object]) -> bytes:
    """A record of a WAT."""
    of_record = {"WARC-Type": kind, "WARC-Target-URI": "http://a.example/", "WARC-Date": "2017-08-20T01:02:03Z"}
    payload = {"HTTP-Response-Metadata": answer} if kind == "response" else {}
    block = json.dumps({"Envelope": {"WARC-Header-Metadata": of_record, "Payload-Metadata": payload}}).encode()
    head = "WARC/1.0\r\nWARC-Type: metadata\r\nWARC-Target-URI: http://a.example/\r\nContent-Type: application/json\r\n"
    return gzip.compress(f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n")


def test_a_wat_has_a_row_for_each_answer_it_describes(settings: Settings) -> None:
    page = {
        "Head": {"Title": "示例市\n人民政府", "Metas": [{"name": "SiteIDCode", "content": "3701000001"}]},
        "Links": [{"path": "A@/href", "url": "https://weibo.com/u/1"}, {"path": "IMG@/src", "url": "a.png"}],
    }
    headers = {"Content-Type": "text/html; charset=utf-8"}
    answer = {"Response-Message": {"Status": "200"}, "Headers": headers, "HTML-Metadata": page}
    moved = {"Response-Message": {"Status": "301"}, "Headers": {"location": "/neu"}}
    content = described("request", {}) + described("response", answer) + described("response", moved)
    first, second = landed(settings, "a.warc.wat.gz", content)
    assert (first["url"], first["http_status"], first["media_type"]) == ("http://a.example/", 200, "text/html")
    assert (first["title"], first["declared_site_code"]) == ("示例市 人民政府", "3701000001")
    assert (first["new_media_links"], first["has_search_box"]) == (["https://weibo.com/u/1"], None)
    assert str(first["fetched_at"]) == "2017-08-20 01:02:03"
    assert (second["http_status"], second["final_url"], second["title"]) == (301, "http://a.example/neu", None)
    assert (first["rejections"], second["rejections"]) == (None, None)


def test_an_answer_is_one_whatever_type_its_record_has(settings: Settings) -> None:
    content = by_hand("response", b"<html><title>a</title>", b"\n")
    [row] = landed(settings, "a.warc", content.replace(b"application/http; msgtype=response", b"text/html"))
    assert (row["title"], row["http_status"]) == ("a", 200)


def test_an_unchanged_page_stands_elsewhere(settings: Settings) -> None:
    [row] = landed(settings, "a.warc", record("http://a.example/", b"", status="304 Not Modified"))
    assert (row["http_status"], row["parse_outcome"]) == (304, "repeated")


@given(st.text(max_size=300))
def test_any_text_is_taken_apart(html: str) -> None:
    facts = facts_of(html)
    assert facts["has_search_box"] in ("true", "false")


@pytest.mark.skipif(not REAL.is_dir(), reason="the real archives are not beside the project")
def test_every_real_archive_is_read_or_refused() -> None:
    found = {
        path.relative_to(REAL).as_posix(): next(check_path(path, "site_crawl", 2017, threads=2))
        for path in sorted(REAL.rglob("*.*arc*"))
    }
    refused = {name for name, check in found.items() if check.error}
    assert refused == {
        "warcio/bad.arc",
        "warcio/example-bad.warc.gz.bad",
        "warcio/example-resource.warc.gz",
        "warcio/example-space-in-target-uri.warc.gz",
    }
    # They are of several years; what lies outside the edition's is another matter.
    quarantined = {
        name: reason.row_count
        for name, check in found.items()
        for reason in check.reasons
        if reason.reason_code != "out_of_range"
    }
    damaged = ("bad-non-chunked.warc.gz", "digest.warc", "trunc.warc", "wrong-chunks.warc.gz")
    assert quarantined == {f"warcio/example-{name}": 1 for name in damaged}
    rows = Counter({name: check.rows for name, check in found.items()})
    assert (len(rows), rows.total()) == (22, 52)
    assert rows["ia-web-commons/IAH-urls-wget.warc"] == 16


@pytest.mark.parametrize("kept", [4, 20, 60, 120])
def test_a_plain_archive_cut_within_a_header_says_so(settings: Settings, kept: int) -> None:
    whole = record("http://a.example/", page())
    archive = whole + record("http://b.example/", page())[:kept]
    first, *_, gap = landed(settings, "a.warc", archive)
    assert first["url"] == "http://a.example/"
    [reason] = gap["rejections"]
    assert reason["reason_code"] == "damaged stretch of the archive"


def test_a_response_of_a_damaged_type_is_quarantined(settings: Settings) -> None:
    damaged = record("http://b.example/", page()).replace(b"application/http", b"applicbtion/http")
    damaged = damaged.replace(b"HTTP/1.1 200", b"HUTP/1.1 200")
    first, broken = landed(settings, "a.warc", record("http://a.example/", page()) + damaged)
    assert first["rejections"] is None
    assert [reason["reason_code"] for reason in broken["rejections"]] == ["no HTTP headers"]


@pytest.mark.parametrize("flipped", [False, True])
def test_a_block_is_held_against_its_digest(settings: Settings, flipped: bool) -> None:
    plain = record("http://a.example/", page())
    header, _, rest = plain.partition(b"\r\n\r\n")
    block = rest.removesuffix(b"\r\n\r\n")
    digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest())
    if flipped:
        block = block[:-9] + bytes([block[-9] ^ 1]) + block[-8:]
    archive = header + b"\r\nWARC-Block-Digest: sha1:" + digest + b"\r\n\r\n" + block + b"\r\n\r\n"
    _, row = landed(settings, "a.warc", record("http://b.example/", page()) + archive)
    reasons = [reason["reason_code"] for reason in row["rejections"] or ()]
    assert reasons == (["record is damaged"] if flipped else [])


@pytest.fixture(scope="module")
def two_processes() -> Iterator[Processes]:
    """Two processes that are worth starting for any page."""
    with Processes(2, worth_starting=0, preload=[answers.__name__]) as processes:
        yield processes


@rules(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    kinds=st.lists(st.sampled_from(["response", "request", "metadata", "revisit"]), min_size=1, max_size=9),
    damaged=st.none() | st.floats(0.1, 0.9),
    is_packed=st.booleans(),
)
def test_several_processes_find_the_same_as_one(
    two_processes: Processes, kinds: list[str], damaged: float | None, is_packed: bool
) -> None:
    records = [record(f"http://{number}.example/", page(), kind=kind) for number, kind in enumerate(kinds)]
    content = b"".join(gzip.compress(each, mtime=0) if is_packed else each for each in records)
    if damaged is not None:
        place = int(len(content) * damaged)
        content = content[:place] + b"WARC" + content[place + 4 :]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(warc, "BATCH_RECORDS", 2)
        path = Path(folder) / ("a.warc.gz" if is_packed else "a.warc")
        path.write_bytes(content)
        outcomes = [outcome(path, processes) for processes in (two_processes, Processes(1, worth_starting=0))]
    assert outcomes[0] == outcomes[1]


def outcome(path: Path, processes: Processes) -> tuple[object, ...]:
    """The rows of an archive in their order, and the records that are none, or why it is refused."""
    with duckdb.connect(config={"threads": 2}) as connection:
        [table] = read(connection, Delivery("site_crawl", path), CONTRACT, processes)
        try:
            return connection.execute(f"from {table.relation}").fetchall(), table.skipped_records
        except duckdb.Error:
            return tuple(map(str, table.failures))


def test_an_archive_whose_process_dies_is_one_clear_error(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "BYTES_WORTH_PROCESSES", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    # What is made of it in another process ends that.
    monkeypatch.setattr(Sought, "__reduce__", lambda sought: (os._exit, (9,)))
    deliver(settings.inbox_dir, "site_crawl", "a.warc", record("http://a.example/", page()))
    with pytest.raises(
        DeliveryError, match=r"^site_crawl/a\.warc: a process that takes its pages apart was ended, somewh"
    ):
        ingest_source(CONTRACT, settings, lambda message: None)
    assert [path.name for path in (settings.landing_dir / "site_crawl").glob("*.parquet")] == [
        f"2017-{NO_FILE}.parquet"
    ]


HTML_PARTS = st.sampled_from(
    [
        "<a href='{}'>", "<a title='{} '>{}</a>", "<area href=' {}'>", "<base href='{}'>", "<input name={}>",
        "<form action='{}'>",
        "<img alt='{} '>", "<script src='{}'></script>", "<li>", "<li>{} 2017-08-1{}</li>", "<ul>", "</ul>",
        "</li>", "</a>",
        "<dl><dd>2017-08-1{}", "<table><tr><td>{}", "</table>", "<ul><li>", "&nbsp;{}", "智<i>能</i>{}", "/ro<br>bot/",
        "<svg><a xlink:href='{}'>", "</svg>", "<p>{}", "<b>{}</b>", "发布时间：2017-08-01", "<title>{}</title>",
        "发<b>布</b> 时间 2017-08-02", "发&#x5e03;时间：2017-08-03", "<li>2017-02-31 \0 2017-8-4",
    ]
)  # fmt: skip
WORDS_LOOKED_FOR = [
    "weibo.com/",
    "/app/download",
    "app/download/1",
    "智能问答",
    "智能&#x95ee;答",
    "SEARCH",
    "\u212aEYWORD",
    "key\0word",
    "&sol;robot&sol;",
    "&copyrobot",
    "weibo.com/app/download",
    "智能问智能问答系统",
    "keyword",
    "/robot/",
    "1",
]


@pytest.fixture(scope="module")
def without_shortcuts() -> Iterator[Callable[..., dict[str, str | None]]]:
    """The facts of a page where every tag and link is looked at, whatever words stand on it."""

    def facts(html: str, address: str) -> dict[str, str | None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parsed_page.Page, "may_say", lambda page, letters: True)
            patch.setattr(parsed_page.Page, "holds", lambda page, word: True)
            patch.setattr(facts_of_pages.Traces, "likely", all_patterns)
            patch.setattr(facts_of_pages.Links, "selectors", lambda links, page, root: facts_of_pages.LINKS)
            patch.setattr(facts_of_pages, "_listed_dates", dates_item_by_item)
            return facts_of(html, address)

    return facts


def all_patterns(traces: facts_of_pages.Traces, page: parsed_page.Page) -> tuple[tuple[str, ...], set[str]]:
    return tuple(pattern for pattern, _, _ in traces._patterns), set(patterns.TAGS_WITH_TRACES)


def dates_item_by_item(page: parsed_page.Page) -> list[str]:
    items = [item for item in page.tags(["li", "dd", "tr"]) if len(item.css(str(item.tag))) == 1]
    texts = [text for item in items if len(text := item.text()) <= facts_of_pages.LONGEST_ITEM]
    return [day for text in texts if (day := facts_of_pages._date_in(text)) is not None]


@rules(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.tuples(HTML_PARTS, st.sampled_from(WORDS_LOOKED_FOR)), max_size=12),
    address=st.sampled_from(["http://a.example/", "http://weibo.com", "http://a.example/app", "http://a.example/we"]),
)
def test_what_no_word_of_a_pattern_stands_in_is_rightly_passed_over(
    without_shortcuts: Callable[..., dict[str, str | None]], parts: list[tuple[str, str]], address: str
) -> None:
    html = "".join(part.replace("{}", word) for part, word in parts)
    assert facts_of(html, address) == without_shortcuts(html, address)


@pytest.mark.parametrize(
    ("html", "name", "value"),
    [
        ("<li>2017-08-01<ul><li>2017-08-02</ul></li><li>2017-08-03", "listed_dates", ["2017-08-02", "2017-08-03"]),
        ("<table><tr><td><dl><dd>2017-08-04</dd></dl></td></tr></table>", "listed_dates", ["2017-08-04", "2017-08-04"]),
        ("<li>12017-08-01 2017-02-30 2017-08-05</li><li>20170-8-1</li>", "listed_dates", ["2017-08-05"]),
        ("<svg><title>drawing</title></svg><title>page</title>", "title", "page"),
        ("<svg><a xlink:href='https://weibo.com/u/1'></a></svg>", "new_media_links", ["https://weibo.com/u/1"]),
        ("<base href='https://weibo.com/'><a href='u/2'></a>", "new_media_links", ["https://weibo.com/u/2"]),
        ("<a href='HTTPS://WEIBO.COM/u/3'></a>", "new_media_links", ["HTTPS://WEIBO.COM/u/3"]),
        ("<a href='#'>智<b>能</b>问答</a>", "has_robot", "true"),
        ("<a href='#'>智能问&#x7b54;</a>", "has_robot", "true"),
        ("<a href='#'>智能\0客服</a>", "has_robot", "true"),
        ("<a><table><tr><td>能客服</td></tr>智", "has_robot", "true"),
        ("<a href='http://xiaoi.com/robot/'></a>", "has_robot", "true"),
        ("<a href='&sol;robot&sol;'></a>", "has_robot", "true"),
        ("<input name='\u212aeyword'>", "has_search_box", "true"),
        ("<textarea>智能问答</textarea><a>智能</a>", "has_robot", "false"),
        ("<p>发 布 时 间 ： 2017-08-06", "published_date", "2017-08-06"),
        ("<p>&#21457;布时间 2017-08-07", "published_date", "2017-08-07"),
        ("<li>2017-08-08\0 2017-08-09</li><li>2017年8月9日</li>", "listed_dates", ["2017-08-08", "2017-08-09"]),
    ],
)  # fmt: skip
def test_a_page_holds_what_its_tags_mean(html: str, name: str, value: object) -> None:
    found = facts_of(html)[name]
    assert (json.loads(found) if isinstance(value, list) and found is not None else found) == value
