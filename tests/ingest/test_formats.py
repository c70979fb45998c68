"""Files as people deliver them: every readable row lands with its value, every other is one clear error or reason."""

import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import IngestReport, ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import landed_rows, write_workbook

Deliver = Callable[[str, str, bytes], Path]
REGISTRY_HEADER = ["网站标识码", "网站名称", "首页网址", "层级", "网站类型", "开通日期"]
REGISTRY_CSV = "网站标识码,网站名称,首页网址,层级,网站类型\n3301000001,清禾市政务网,http://a.example/,地市级,门户网站\n"
INSPECTION_HEADER = ["网站标识码", "检查日期", "检查方式", "是否合格"]


def ingest(settings: Settings, source: str) -> IngestReport:
    return ingest_source(load_contracts()[source], settings, lambda message: None)


def rejections(settings: Settings, source: str) -> list[tuple[object, ...]]:
    return [
        (row, *(reason[key] for key in ("column_name", "reason_code", "value")))
        for row, reasons in landed_rows(settings, source, "row_number, rejections", "rejections is not null")
        for reason in reasons  # type: ignore[attr-defined]
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_its_encoding(settings: Settings, deliver: Deliver, encoding: str) -> None:
    deliver("site_registry", "a.csv", REGISTRY_CSV.encode(encoding))
    report = ingest(settings, "site_registry")
    assert landed_rows(settings, "site_registry", "site_code, site_name, level, site_role") == [
        ("3301000001", "清禾市政务网", "prefecture", "portal")
    ]
    assert report.present[0].rows_read == 1


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_csv_delimiter_is_found(settings: Settings, deliver: Deliver, delimiter: str) -> None:
    deliver("site_registry", "a.csv", REGISTRY_CSV.replace(",", delimiter).encode())
    ingest(settings, "site_registry")
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000001",)]


def test_a_four_byte_gb18030_character_survives(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", REGISTRY_CSV.replace("清禾", "𫚔鱼").encode("gb18030"))
    ingest(settings, "site_registry")
    assert landed_rows(settings, "site_registry", "site_name") == [("𫚔鱼市政务网",)]


def test_text_in_no_encoding_is_one_error_with_file_and_byte(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "bad.csv", REGISTRY_CSV.encode() + b"\xff\xff\xff")
    with pytest.raises(DeliveryError, match=r"site_registry/bad\.csv: the text is in no known encoding .*byte \d+"):
        ingest(settings, "site_registry")


def test_a_ragged_row_is_quarantined_and_the_others_land(settings: Settings, deliver: Deliver) -> None:
    deliver(
        "site_registry",
        "a.csv",
        (REGISTRY_CSV + "3301000002,太短\n\n" + "3301000003,名,b.example,县级,部门网站\n").encode(),
    )
    report = ingest(settings, "site_registry")
    assert rejections(settings, "site_registry") == [(3, None, "2 fields where the header has 5", "3301000002,太短")]
    assert landed_rows(settings, "site_registry", "row_number, site_code", "rejections is null") == [
        (2, "3301000001"),
        (5, "3301000003"),
    ]
    assert (report.present[0].rows_read, report.present[0].rows_unfit) == (3, 1)


def test_a_quote_left_open_is_one_error_with_its_line(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", (REGISTRY_CSV + '3301000002,"open\n').encode())
    with pytest.raises(DeliveryError, match=r"site_registry/a\.csv, line \d+: "):
        ingest(settings, "site_registry")


def test_workbook_with_title_row_notes_sheet_dates_and_numbers(settings: Settings) -> None:
    opened = dt.date(2012, 6, 30)
    write_workbook(
        settings.inbox_dir / "site_registry" / "登记.xlsx",
        {
            "填表说明": [["请勿修改表头"]],
            "登记表": [
                ["2017年网站登记表"],
                [],
                REGISTRY_HEADER,
                [3301000001, "清禾市政务网", "a.example", "地市级", "门户网站", opened],
                [],
                ["3301000002", "云岭县政务网", "b.example", "县级", "门户网站", "2012年6月30日"],
            ],
        },
    )
    report = ingest(settings, "site_registry")
    assert landed_rows(settings, "site_registry", "sheet, row_number, site_code, opened_date") == [
        ("登记表", 4, "3301000001", opened),
        ("登记表", 6, "3301000002", opened),
    ]
    assert report.present[0].ignored_sheets == ("填表说明",)


def test_truncated_workbook_is_one_error(settings: Settings) -> None:
    path = write_workbook(settings.inbox_dir / "site_inspection" / "cut.xlsx", {"表": [INSPECTION_HEADER]})
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(DeliveryError, match=r"site_inspection/cut\.xlsx: cannot be opened as an Excel workbook"):
        ingest(settings, "site_inspection")


def test_missing_required_column_names_sheet_row_and_column(settings: Settings) -> None:
    write_workbook(settings.inbox_dir / "site_inspection" / "a.xlsx", {"抽查": [["说明"], INSPECTION_HEADER[:3]]})
    with pytest.raises(
        DeliveryError,
        match=r"site_inspection/a\.xlsx, sheet 抽查, row 2: required column missing: is_passed \(是否合格\); "
        "headers found: 网站标识码, 检查日期, 检查方式",
    ):
        ingest(settings, "site_inspection")


def test_two_headers_for_one_column_are_refused(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", REGISTRY_CSV.replace("网站名称", "标识码").encode())
    with pytest.raises(DeliveryError, match=r"2 headers claim column site_code: 网站标识码 and 标识码"):
        ingest(settings, "site_registry")


def test_an_unknown_format_is_refused(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "scan.pdf", b"%PDF")
    with pytest.raises(DeliveryError, match=r"site_registry/scan\.pdf: not a format that is read"):
        ingest(settings, "site_registry")


def page(**changes: object) -> bytes:
    row = {"url": "http://a.example/", "fetched_at": "2017-08-01T08:00:00+08:00", "fetch_outcome": "ok"} | changes
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def test_json_lines_broken_lines_are_quarantined_where_they_stand(settings: Settings, deliver: Deliver) -> None:
    lines = page(http_status=200) + b'{"url": "http://a.ex\n' + b"[1, 2]\n" + page(http_status=404)
    deliver("site_crawl", "a.jsonl.gz", gzip.compress(lines))
    report = ingest(settings, "site_crawl")
    assert [(row, reason) for row, _, reason, _ in rejections(settings, "site_crawl")] == [
        (2, "not a JSON object with any known column"),
        (3, "not a JSON object with any known column"),
    ]
    assert landed_rows(settings, "site_crawl", "row_number, http_status", "rejections is null") == [(1, 200), (4, 404)]
    assert report.present[0].rows_read == 4


def test_json_lines_times_are_utc_lists_and_aliases_are_understood(settings: Settings, deliver: Deliver) -> None:
    lines = (
        b'{"target_url": "a.example", "scan_date": "2017-08-01 08:00:00", "primary_scan_status": "timeout", '
        b'"new_media_links": ["https://weibo.com/u/1"], "unheard_of": 1}\n'
    )
    deliver("site_crawl", "a.jsonl", lines)
    report = ingest(settings, "site_crawl")
    assert landed_rows(settings, "site_crawl", "url, fetched_at, fetch_outcome, new_media_links") == [
        ("a.example", dt.datetime(2017, 8, 1, 0, 0), "timeout", ["https://weibo.com/u/1"])
    ]
    assert report.present[0].unmatched_headers == ("unheard_of",)


def test_a_key_that_first_appears_late_in_json_lines_is_not_lost(settings: Settings, deliver: Deliver) -> None:
    deliver("site_crawl", "a.jsonl", page() * 1500 + page(http_status=404))
    ingest(settings, "site_crawl")
    assert landed_rows(settings, "site_crawl", "row_number", "http_status = 404") == [(1501,)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.jsonl.gz", gzip.compress(page() * 20000)[:-500], "the archive is damaged or cut short"),
        (
            "gbk.jsonl",
            page(title="关于印发的公告").decode().encode("gb18030"),
            "the text is GB18030, JSON Lines must be UTF-8",
        ),
        ("other.jsonl", b'{"name": 1}\n', r"required column missing: url \(网址\)"),
    ],
)
def test_unreadable_json_lines_are_one_error(
    settings: Settings, deliver: Deliver, name: str, content: bytes, message: str
) -> None:
    deliver("site_crawl", name, content)
    with pytest.raises(DeliveryError, match=f"site_crawl/{name}.*{message}"):
        ingest(settings, "site_crawl")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({"http_status": "200.0"}, None),
        ({"http_status": 200.7}, ("http_status", "not_a_integer", "200.7")),
        ({"http_status": 999}, ("http_status", "out_of_range", "999")),
        ({"http_status": "ok"}, ("http_status", "not_a_integer", "ok")),
        ({"fetch_outcome": "exploded"}, ("fetch_outcome", "not_in_list", "exploded")),
        ({"fetch_outcome": "　"}, ("fetch_outcome", "missing", None)),
        ({"fetched_at": "yesterday"}, ("fetched_at", "not_a_timestamp", "yesterday")),
        ({"published_date": "2017-13-45"}, ("published_date", "not_a_date", "2017-13-45")),
        ({"published_date": "2017年9月1日"}, None),
        ({"site_code": "33010000"}, ("site_code", "pattern", "33010000")),
        ({"new_media_links": "weibo"}, ("new_media_links", "not_a_string_list", "weibo")),
        ({"is_synthetic": "maybe"}, ("is_synthetic", "not_a_boolean", "maybe")),
    ],
)
def test_a_cell_that_breaks_the_contract_is_the_reason(
    settings: Settings, deliver: Deliver, cell: dict[str, object], expected: tuple[str, str, str] | None
) -> None:
    deliver("site_crawl", "a.jsonl", page(**cell))
    ingest(settings, "site_crawl")
    assert rejections(settings, "site_crawl") == ([] if expected is None else [(1, *expected)])


def test_every_reason_of_a_row_is_given(settings: Settings, deliver: Deliver) -> None:
    deliver("site_crawl", "a.jsonl", page(http_status=999, depth=-1))
    ingest(settings, "site_crawl")
    assert [reason[1] for reason in rejections(settings, "site_crawl")] == ["http_status", "depth"]


def test_results_are_understood_as_people_write_them(settings: Settings) -> None:
    rows = [["3301000001", dt.date(2017, 9, 1), "地方自查", word] for word in ("合格", "不合格", "是", "否")]
    write_workbook(settings.inbox_dir / "site_inspection" / "a.xlsx", {"抽查": [INSPECTION_HEADER, *rows]})
    ingest(settings, "site_inspection")
    assert landed_rows(settings, "site_inspection", "row_number, is_passed") == [
        (2, True),
        (3, False),
        (4, True),
        (5, False),
    ]


@pytest.mark.parametrize(("unit", "reason"), [("分", None), ("", None), ("%", "other_unit"), ("万", "other_unit")])
def test_a_value_in_a_unit_that_is_not_the_indicators_is_quarantined(
    settings: Settings, deliver: Deliver, unit: str, reason: str | None
) -> None:
    rows = (
        f"网站,1100000001,influence.reach,2017-08-01,85.67,{unit},甲\n网站,1100000001,示例指标,2017-08-01,1,{unit},甲\n"
    )
    deliver("external_indicator", "a.csv", f"对象类别,对象编码,指标编码,起始日期,指标值,单位,发布机构\n{rows}".encode())
    ingest(settings, "external_indicator")
    found = landed_rows(settings, "external_indicator", "row_number, rejections[1].reason_code")
    assert found == [(2, reason), (3, None)]
