"""WARC archives: what a page says reaches landing, and what is damaged is said with its place."""

import gzip
import io
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastwarc.warc import WarcRecord, WarcRecordType
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.dry_run import check_path
from pipelines.ingest.readers.page_facts import page_facts
from pipelines.ingest.source import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import deliver

CONTRACT = load_contracts()["site_crawl"]
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


@given(st.text(max_size=300))
def test_any_text_is_taken_apart(html: str) -> None:
    facts = page_facts(html, "http://a.example/", CONTRACT)
    assert facts["has_search_box"] in ("true", "false")


@pytest.mark.skipif(not REAL.is_dir(), reason="the real archives are not beside the project")
def test_every_real_archive_is_read_or_refused() -> None:
    found = {
        path.relative_to(REAL).as_posix(): next(check_path(path, "site_crawl", 2017, threads=2))
        for path in sorted(REAL.rglob("*.*arc*"))
    }
    refused = {name for name, check in found.items() if check.error}
    assert refused == {"warcio/bad.arc", "warcio/example-bad.warc.gz.bad"}
    quarantined = {name: check.rows_quarantined for name, check in found.items() if check.rows_quarantined}
    assert quarantined == {"warcio/example-trunc.warc": 1}
    rows = Counter({name: check.rows for name, check in found.items()})
    assert (len(rows), rows.total()) == (22, 51)
    assert rows["ia-web-commons/IAH-urls-wget.warc"] == 16
