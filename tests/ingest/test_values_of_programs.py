"""Values as programs write them that people never see: in lists, twice, as bytes. Right or refused in every format."""

import io
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import deliver, landed_rows

PAGE = {"url": "http://a.example/", "fetched_at": "2017-09-01 08:00:00", "fetch_outcome": "ok"}
REASONS = "list_transform(rejections, lambda each: [each.column_name, each.reason_code])"


def lines(page: dict[str, object]) -> bytes:
    return json.dumps(page).encode() + b"\n"


def document(page: dict[str, object]) -> bytes:
    return json.dumps([page]).encode()


def parquet(page: dict[str, object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([page]), sink)
    return sink.getvalue()


FORMATS: dict[str, Callable[[dict[str, object]], bytes]] = {
    "a.jsonl": lines,
    "a.json": document,
    "a.parquet": parquet,
}


def ingest(settings: Settings) -> None:
    ingest_source(load_contracts()["site_crawl"], settings, lambda message: None)


@pytest.mark.parametrize("name", FORMATS)
def test_a_value_in_a_list_of_one_is_the_value(settings: Settings, name: str) -> None:
    page = {key: [value] for key, value in PAGE.items()} | {"title": ["甲县[一]"], "http_status": [200]}
    deliver(
        settings.inbox_dir, "site_crawl", name, FORMATS[name](page | {"new_media_links": ["https://weibo.com/u/1"]})
    )
    ingest(settings)
    columns = "url, title, http_status, new_media_links, rejections"
    assert landed_rows(settings, "site_crawl", columns) == [
        ("http://a.example/", "甲县[一]", 200, ["https://weibo.com/u/1"], None)
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_a_list_of_several_is_no_value(settings: Settings, name: str) -> None:
    deliver(settings.inbox_dir, "site_crawl", name, FORMATS[name](PAGE | {"title": ["甲", "乙"]}))
    ingest(settings)
    assert landed_rows(settings, "site_crawl", REASONS) == [([["title", "not_one_value"]],)]


@pytest.mark.parametrize("title", ["[公告]", "[1] 甲", "[甲", '{"a": 1}', "[]x"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_text_that_looks_like_a_list_is_a_text(settings: Settings, name: str, title: str) -> None:
    deliver(settings.inbox_dir, "site_crawl", name, FORMATS[name](PAGE | {"title": title}))
    ingest(settings)
    assert landed_rows(settings, "site_crawl", "title, rejections") == [(title, None)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_a_key_given_twice_is_one_error(settings: Settings, name: str) -> None:
    content = json.dumps(PAGE | {"title": "甲"})[:-1] + ', "title": "乙"}'
    deliver(settings.inbox_dir, "site_crawl", name, content.encode())
    with pytest.raises(DeliveryError, match="one object has twice the key title"):
        ingest(settings)


def test_text_that_parquet_keeps_as_bytes_is_text(settings: Settings) -> None:
    deliver(settings.inbox_dir, "site_crawl", "a.parquet", parquet(PAGE | {"title": "甲县\\b".encode()}))
    deliver(settings.inbox_dir, "site_crawl", "b.parquet", parquet(PAGE | {"title": "甲县".encode("gbk")}))
    ingest(settings)
    found = landed_rows(settings, "site_crawl", f"title, {REASONS}")
    assert found == [("\\xBC\\xD7\\xCF\\xD8", [["title", "not_utf_8"]]), ("甲县\\b", None)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_a_number_in_scientific_notation_is_no_identifier(settings: Settings, name: str) -> None:
    post = '{"platform": "微博", "user_id": "5000000000", "mid": 4.17E+15, "created_at": "2017-08-01 08:00"}'
    deliver(settings.inbox_dir, "account_post", name, post.encode())
    ingest_source(load_contracts()["account_post"], settings, lambda message: None)
    assert landed_rows(settings, "account_post", REASONS) == [([["post_id", "digits_lost"]],)]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (
            "网站标识码,网站名称,首页网址,层级,网站类型\n1100000001,甲€县,a.example,县级,门户\n".encode(
                "gbk", "replace"
            ),
            None,
        ),
        (
            "网站标识码,网站名称,首页网址,层级,网站类型\r\n1100000001,甲县,a.example,县级,门户\r\n\x1a".encode("gbk"),
            ["甲县"],
        ),
        (
            "\ufeff网站标识码,网站名称,首页网址,层级,网站类型\n1100000001,甲,a.example,县级,门户\n"
            '\ufeff网站标识码,网站名称,首页网址,层级,网站类型\n\ufeff"1100000002",乙,a.example,县级,门户\n'.encode(),
            ["甲", "乙"],
        ),
    ],
    ids=["euro", "end-of-dos", "marks"],
)
def test_what_programs_leave_in_a_table_is_no_cell(settings: Settings, content: bytes, names: list[str] | None) -> None:
    content = content.replace(b"?", b"\x80")
    deliver(settings.inbox_dir, "site_registry", "a.csv", content)
    [entry] = ingest_source(load_contracts()["site_registry"], settings, lambda message: None).present
    assert entry.rows_unfit == 0
    found = [name for _, name in landed_rows(settings, "site_registry", "row_number, site_name")]
    assert found == (names or ["甲€县"])
