"""Workbooks, new and old: a cell lands as what it is, or the row says what it was that could not be taken."""

import datetime as dt
import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.dry_run import FileCheck, check_path
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import deliver, landed_rows

FILES = Path(__file__).parent / "files"
INDICATOR = ["对象编码", "指标编码", "起始日期", "指标值", "发布机构"]
REGISTRY = ["网站标识码", "网站名称", "首页网址", "层级", "网站类型", "开通日期", "主办单位"]
SITE = ["1100000001", "甲县人民政府", "www.jia.example", "县级", "门户"]
REASONS = "list_transform(rejections, lambda each: [each.column_name, each.reason_code, each.value])"
BUILT_IN_DATES = [*range(14, 18), 22, *range(27, 37), *range(50, 59)]
EASTERN_DATES = ["yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@", "aaaa"]
Write = Callable[[Path, list[list[object]], bool, object], None]


def ingest(settings: Settings, source: str) -> None:
    ingest_source(load_contracts()[source], settings, lambda message: None)


def refusal(settings: Settings, source: str) -> str:
    with pytest.raises(DeliveryError) as refused:
        ingest(settings, source)
    return str(refused.value)


def indicator(value: object, date: object = "2017-08-01", code: str = "1100000001") -> list[object]:
    return [code, "示例指标", date, value, "甲机构"]


def write_new(path: Path, rows: list[list[object]], is_1904: bool = False, shown: object = None) -> None:
    """Numbers of the second row on get the format ``shown``."""
    with xlsxwriter.Workbook(str(path), {"date_1904": is_1904}) as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": shown} if shown is not None else {})
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write(row, place, cell, style if isinstance(cell, int | float) else None)


def write_old(path: Path, rows: list[list[object]], is_1904: bool = False, shown: object = None) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = is_1904
    sheet = book.add_sheet("表")
    style = xlwt.easyxf(num_format_str=shown) if isinstance(shown, str) else xlwt.XFStyle()
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            sheet.write(row, place, cell, style if isinstance(cell, int | float) else xlwt.XFStyle())
    book.save(str(path))


WRITERS: dict[str, Write] = {"a.xlsx": write_new, "a.xls": write_old}


@given(
    serial=st.integers(41_000, 43_800),
    is_1904=st.booleans(),
    shown=st.sampled_from([None, *BUILT_IN_DATES, *EASTERN_DATES]),
    name=st.sampled_from(sorted(WRITERS)),
)
@rules(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_day_is_the_same_in_every_format_and_date_system(
    serial: int, is_1904: bool, shown: object, name: str
) -> None:
    first = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    day = dt.date(2016, 1, 1) + dt.timedelta(days=serial % 700)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inbox" / "external_indicator" / name
        path.parent.mkdir(parents=True)
        WRITERS[name](path, [list(INDICATOR), indicator("1", (day - first).days)], is_1904, shown)
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox")
        ingest(settings, "external_indicator")
        assert landed_rows(settings, "external_indicator", "period_start, rejections") == [(day, None)]


@given(value=st.floats(-1e16, 1e16, allow_subnormal=False), is_new=st.booleans())
@rules(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_number_keeps_all_its_digits(value: float, is_new: bool) -> None:
    # The library that writes new workbooks here writes no more.
    value = float(f"{value:.16g}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inbox" / "external_indicator" / ("a.xlsx" if is_new else "a.xls")
        path.parent.mkdir(parents=True)
        if is_new:
            book = openpyxl.Workbook()
            for cells in (INDICATOR, indicator(value)):
                book.worksheets[0].append(cells)
            book.save(path)
        else:
            write_old(path, [list(INDICATOR), indicator(value)])
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox")
        ingest(settings, "external_indicator")
        assert landed_rows(settings, "external_indicator", "indicator_value, rejections") == [(value, None)]


def test_an_error_and_a_formula_without_value_are_reasons_of_their_own(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "external_indicator", "a.xlsx", b"")
    book = openpyxl.Workbook()
    for cells in (INDICATOR, indicator("#DIV/0!"), indicator("=1/4", code="1100000002")):
        book.worksheets[0].append(cells)
    book.worksheets[0]["E3"] = "#N/A"
    book.save(path)
    ingest(settings, "external_indicator")
    assert landed_rows(settings, "external_indicator", f"row_number, {REASONS}") == [
        (2, [["indicator_value", "error_cell", "#DIV/0!"]]),
        (
            3,
            [
                ["indicator_value", "formula_without_value", "=1/4"],
                ["publisher", "error_cell", "#N/A"],
            ],
        ),
    ]


def test_an_error_in_an_optional_cell_of_an_old_workbook_is_a_reason(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.xls", b"")
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for row, cells in enumerate([REGISTRY, [*SITE, "2017-10-18"]]):
        for place, cell in enumerate(cells):
            sheet.write(row, place, cell)
    sheet.row(1).set_cell_error(REGISTRY.index("主办单位"), 0x2A)
    book.save(str(path))
    ingest(settings, "site_registry")
    assert landed_rows(settings, "site_registry", REASONS) == [([["organiser_name", "error_cell", "#N/A"]],)]


def test_a_formula_with_its_value_lands_as_the_value(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "external_indicator", "a.xlsx", b"")
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([INDICATOR, indicator(None)]):
            sheet.write_row(row, 0, cells)
        sheet.write_formula(1, 3, "=1/4", None, 0.25)
    ingest(settings, "external_indicator")
    assert landed_rows(settings, "external_indicator", "indicator_value, rejections") == [(0.25, None)]


@pytest.mark.parametrize("name", sorted(WRITERS))
@pytest.mark.parametrize("shown", ["0.00%", "0%"])
def test_a_percentage_is_no_number_of_another_unit(settings: Settings, name: str, shown: str) -> None:
    path = deliver(settings.inbox_dir, "external_indicator", name, b"")
    WRITERS[name](path, [list(INDICATOR), indicator(0.8567)], False, shown)
    ingest(settings, "external_indicator")
    assert landed_rows(settings, "external_indicator", REASONS) == [([["indicator_value", "not_a_double", "85.67%"]],)]


def test_a_sign_of_percent_that_is_only_written_changes_nothing(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "external_indicator", "a.xlsx", b"")
    write_new(path, [list(INDICATOR), indicator(85.67)], False, '0.00"%"')
    ingest(settings, "external_indicator")
    assert landed_rows(settings, "external_indicator", "indicator_value, rejections") == [(85.67, None)]


POST = ["平台", "对象编码", "内容编号", "发布时间"]


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_an_identifier_that_is_a_long_number_has_lost_its_end(settings: Settings, name: str) -> None:
    path = deliver(settings.inbox_dir, "account_post", name, b"")
    rows = [list(POST), ["微博", "5000000000", 4178467841234560, "2017-08-01 08:00"]]
    WRITERS[name](path, [*rows, ["微博", "5000000000", 417846784123456, "2017-08-01 08:00"]], False, None)
    ingest(settings, "account_post")
    assert landed_rows(settings, "account_post", f"post_id, {REASONS}") == [
        ("417846784123456", None),
        ("4178467841234560", [["post_id", "digits_lost", "4178467841234560"]]),
    ]


@pytest.mark.parametrize("text", ["4.17E+15", "4.175e+15", "4E+15", "4.17e15"])
def test_scientific_notation_is_no_identifier_in_any_format(settings: Settings, text: str) -> None:
    content = f"平台,对象编码,内容编号,发布时间\n微博,5000000000,{text},2017-08-01 08:00\n"
    deliver(settings.inbox_dir, "account_post", "a.csv", content.encode())
    ingest(settings, "account_post")
    assert landed_rows(settings, "account_post", REASONS) == [([["post_id", "digits_lost", text]],)]


def checked(settings: Settings, source: str) -> FileCheck:
    [check] = check_path(settings.inbox_dir / source, source, settings.edition, threads=1)
    return check


def test_hidden_sheets_are_named_and_left_and_hidden_rows_are_read_and_counted(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.xlsx", b"")
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("登记表", "旧表", "填表示例"):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate([REGISTRY, SITE, [SITE[0][:-1] + "2", *SITE[1:]]]):
                sheet.write_row(row, 0, cells)
        book.get_worksheet_by_name("旧表").hide()
        book.get_worksheet_by_name("登记表").set_row(2, None, None, {"hidden": True})
    check = checked(settings, "site_registry")
    assert (check.rows, check.hidden_rows, check.sheets) == (2, 1, ("登记表",))
    assert check.ignored_sheets == ("旧表 (hidden, not read)", "填表示例 (an example, not read)")


def test_a_workbook_whose_sheets_are_all_hidden_is_refused(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.xls", b"")
    book = xlwt.Workbook()
    for name in ("封面", "登记表"):
        sheet = book.add_sheet(name)
        for place, cell in enumerate(REGISTRY):
            sheet.write(0, place, cell if name == "登记表" else "")
    book.get_sheet("登记表").visibility = 1
    book.save(str(path))
    assert "登记表 (hidden, not read)" in refusal(settings, "site_registry")


def old_workbook(rows: list[list[object]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_old(Path(folder) / "a.xls", rows)
        return (Path(folder) / "a.xls").read_bytes()


def test_text_of_an_old_workbook_is_unicode_whatever_its_code_page_says(settings: Settings) -> None:
    content = old_workbook([REGISTRY, [*SITE, "2017-10-18", "甲办"]])
    code_page = bytes.fromhex("42000200b004")
    assert code_page in content
    deliver(settings.inbox_dir, "site_registry", "a.xls", content.replace(code_page, bytes.fromhex("42000200a803")))
    ingest(settings, "site_registry")
    assert landed_rows(settings, "site_registry", "site_name, rejections") == [("甲县人民政府", None)]


@pytest.mark.parametrize("name", ["chart_in_old_workbook.xls", "damaged_formula.xls"])
def test_what_else_stands_in_an_old_workbook_leaves_its_cells_alone(settings: Settings, name: str) -> None:
    deliver(settings.inbox_dir, "site_registry", name, (FILES / name).read_bytes())
    ingest(settings, "site_registry")
    assert landed_rows(settings, "site_registry", "site_name, region_code, rejections") == [
        (f"甲{number}县", "110101", None) for number in range(1, 6)
    ]


def in_a_circle(content: bytes, sector: int) -> bytes:
    """The workbook with one sector of its table of sectors following itself."""
    table = 512 + 512 * int.from_bytes(content[76:80], "little")
    place = table + 4 * sector
    return content[:place] + sector.to_bytes(4, "little") + content[place + 4 :]


@given(damage=st.one_of(st.tuples(st.just("circle"), st.integers(0, 12)), st.tuples(st.just("cut"), st.integers(1, 9))))
@rules(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_old_workbook_is_one_sentence_or_whole(damage: tuple[str, int]) -> None:
    content = old_workbook([REGISTRY, SITE])
    kind, place = damage
    damaged = in_a_circle(content, place) if kind == "circle" else content[: len(content) * place // 10]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox")
        deliver(settings.inbox_dir, "site_registry", "a.xls", damaged)
        check = checked(settings, "site_registry")
        assert (check.error is not None and "\n" not in check.error) or check.rows == 1


CELL_OF_TEXT = bytes.fromhex("fd000a00")


def with_bytes(content: bytes, place: int, written: bytes) -> bytes:
    return content[:place] + written + content[place + len(written) :]


# Offsets within the record of a text cell: kind, length, row, column, style, number of the text.
DAMAGES_OF_CELLS: dict[str, Callable[[bytes, int], bytes]] = {
    "a column beyond the last": lambda content, cell: with_bytes(content, cell + 7, b"\xff"),
    "a style and a column beyond the last": lambda content, cell: with_bytes(content, cell + 6, b"\xff" * 4),
    "a row beyond the last": lambda content, cell: with_bytes(content, cell + 4, b"\xff" * 4),
    "a text that is not there": lambda content, cell: with_bytes(content, cell + 10, b"\xff" * 4),
    "a length beyond the end": lambda content, cell: with_bytes(content, cell + 2, b"\xff\x7f"),
    "a piece twice": lambda content, cell: content[: cell + 7] + content[cell:-7],
    "a piece left out": lambda content, cell: content[:cell] + content[cell + 7 :],
    "nothing for a while": lambda content, cell: with_bytes(content, cell, bytes(256)),
    "cut within the last sector": lambda content, cell: content[:-974],
}


@pytest.mark.parametrize("damage", DAMAGES_OF_CELLS.values(), ids=DAMAGES_OF_CELLS.keys())
def test_damaged_cells_of_an_old_workbook_are_one_sentence_or_whole(
    settings: Settings, damage: Callable[[bytes, int], bytes]
) -> None:
    content = old_workbook([REGISTRY, *[SITE] * 40])
    cells = [match.start() for match in re.finditer(re.escape(CELL_OF_TEXT), content)]
    assert len(cells) > len(REGISTRY) * 20
    for number, cell in enumerate([cells[0], cells[len(cells) // 2], cells[-1]]):
        deliver(settings.inbox_dir, "site_registry", f"{number}.xls", damage(content, cell))
    for check in check_path(settings.inbox_dir / "site_registry", None, 2017, 1):
        assert "\n" not in (check.error or "")
        assert check.error is not None or check.rows


@given(seed=st.randoms(use_true_random=False))
@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_old_workbook_with_any_bytes_changed_is_one_sentence_or_whole(seed: Random) -> None:
    content = old_workbook([REGISTRY, *[SITE] * 5])
    for _ in range(seed.choice([1, 4, 30])):
        content = with_bytes(
            content, seed.randrange(len(content)), bytes([seed.choice([0, 0xFF, seed.randrange(256)])])
        )
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox")
        deliver(settings.inbox_dir, "site_registry", "a.xls", content)
        [check] = check_path(settings.inbox_dir / "site_registry", None, 2017, 1)
        assert "\n" not in (check.error or "")
        assert "Traceback" not in (check.error or "")


def test_a_password_is_said_to_be_one(settings: Settings) -> None:
    stream = "EncryptedPackage".encode("utf-16-le")
    deliver(settings.inbox_dir, "site_registry", "a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1016) + stream)
    assert "the workbook has a password; open it, remove the password" in refusal(settings, "site_registry")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xef\xbb\xbf<html><table></table></html>", "a web page or XML named as a workbook"),
        (b"\r\n  <html><table></table></html>", "a web page or XML named as a workbook"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "a web archive (MHTML) named as a workbook"),
    ],
)
def test_what_is_named_as_a_workbook_is_said_as_what_it_is(settings: Settings, content: bytes, kind: str) -> None:
    deliver(settings.inbox_dir, "site_registry", "a.xls", content)
    said = refusal(settings, "site_registry")
    assert kind in said
    assert "save it as .xlsx" in said


def test_a_part_of_a_package_that_is_no_xml_is_one_sentence(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.xlsx", b"")
    write_new(path, [list(REGISTRY), list(SITE)])
    damaged = io.BytesIO()
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(damaged, "w") as copy:
        for member in package.infolist():
            copy.writestr(member, b"<styleSheet" if member.filename == "xl/styles.xml" else package.read(member))
    path.write_bytes(damaged.getvalue())
    assert "cannot be opened as an Excel workbook" in refusal(settings, "site_registry")
