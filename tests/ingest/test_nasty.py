"""Files that mean harm, or were made carelessly: rows land right, rows are quarantined, or one clear error says why."""

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import Column, Contract, load_contracts
from pipelines.ingest.inbox import unknown_folders
from pipelines.ingest.source import IngestReport, ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import (
    delimited,
    deliver,
    json_array,
    json_lines,
    landed_rows,
    workbook,
    write_workbook,
    zstd,
)

REGISTRY = load_contracts()["site_registry"]
HEADER = ["网站标识码", "网站名称", "首页网址", "层级", "网站类型"]
NASTY = PROJECT_ROOT.parent / "shared" / "data" / "nasty"
MEMORY_BOUND_MIB = 1_200
LONG_LINE_MIB = 100


def row(name: str, number: int = 1) -> list[str | None]:
    return [f"33010000{number:02}", name, "a.example", "省级", "门户网站"]


def ingest(settings: Settings, contract: Contract = REGISTRY) -> IngestReport:
    return ingest_source(contract, settings, lambda message: None)


def names(settings: Settings) -> list[object]:
    return [name for _, name in landed_rows(settings, "site_registry", "row_number, site_name", "rejections is null")]


def refuses(settings: Settings, message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as refusal:
        ingest(settings)
    assert "\n" not in str(refusal.value)
    assert landed_rows(settings, "site_registry", "site_code") == []


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gz", "zst"])
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json"])
def test_a_cut_archive_loads_nothing(settings: Settings, pack: object, suffix: str) -> None:
    rows = [row(f"{number:x}" * 3, number % 100) for number in range(20_000)]
    content = delimited(HEADER, rows) if suffix == "csv" else json_lines(HEADER, rows)
    packed = pack(content)  # type: ignore[operator]
    name = f"a.{suffix}.{'gz' if pack is gzip.compress else 'zst'}"
    deliver(settings.inbox_dir, "site_registry", name, packed[:-200])
    refuses(settings, rf"site_registry/{re.escape(name)}: the archive is damaged or cut short")


@pytest.mark.parametrize("place", [-8, -4, 10], ids=["checksum", "length", "content"])
def test_an_archive_that_lies_about_its_content_loads_nothing(settings: Settings, place: int) -> None:
    packed = bytearray(gzip.compress(json_lines(HEADER, [row("a")])))
    packed[place] ^= 0xFF
    deliver(settings.inbox_dir, "site_registry", "a.jsonl.gz", bytes(packed))
    refuses(settings, "the archive is damaged or cut short")


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.xlsx", workbook(HEADER, [row("a")]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/image1.png", "w") as part:
        for _ in range(1_100):
            part.write(bytes(1 << 20))
    refuses(settings, r"site_registry/a\.xlsx: unpacks to 1\.1 GiB.*deliver it as CSV")


def understated(path: Path, part: str, size: int) -> None:
    """Make the package state another size of a part, where the part begins and in the list at its end."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        begins = package.getinfo(part).header_offset
    listed = content.rfind(part.encode()) - 46
    for place in (begins + 22, listed + 24):
        content[place : place + 4] = size.to_bytes(4, "little")
    path.write_bytes(content)


def test_a_workbook_that_lies_about_its_size_is_not_unpacked(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.xlsx", workbook(HEADER, [row("甲" * 5_000)]))
    understated(path, "xl/sharedStrings.xml", 100)
    refuses(
        settings, r"a\.xlsx: cannot be opened as an Excel workbook \(xl/sharedStrings\.xml is larger than it states"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", workbook(HEADER, [row("a")]), "expected a text file.*found an Excel workbook"),
        ("a.csv", gzip.compress(delimited(HEADER, [row("a")])), "expected a text file.*found a gzip archive"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "a web page or XML named as a workbook"),
        ("a.csv.gz", delimited(HEADER, [row("a")]), "the archive is damaged or cut short"),
        ("a.csv.gz", gzip.compress(delimited(HEADER, [row("a")])) + b"more", "the archive is damaged or cut short"),
        ("a.jsonl", b'[{"a":\n1}]', r"none of the first 1,000 lines is a JSON object.*named \.json"),
        ("a.json", json_lines(HEADER, [row("a")]) * 2, r"a file with one object per line is named \.jsonl"),
        ("a.json", '{"网站名称": "甲"}'.encode("gb18030"), "JSON must be UTF-8"),
        (
            "a.json",
            b'[{"\\ud800": "1"}]',
            r"cannot be read as JSON \(one object has a key with half a character: '.ud800'",
        ),
        ("a.jsonl", b'{"\\ud800": "1"}\n' * 3, "none of the first 1,000 lines is a JSON object"),
        ("a.parquet", b"PAR1" + bytes(100), "cannot be read as Parquet"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_one_error(
    settings: Settings, name: str, content: bytes, message: str
) -> None:
    path = deliver(settings.inbox_dir, "site_registry", name, content)
    with pytest.raises(DeliveryError, match=message) as refusal:
        ingest(settings)
    assert str(path.parent) not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xls", workbook(HEADER, [row("甲")])),
        ("a.xls", delimited(HEADER, [row("甲")], "\t", "gb18030")),
        ("a.xls", delimited(HEADER, [row("甲")], "\t", "utf-16")),
        ("a.jsonl", b"\xef\xbb\xbf" + json_lines(HEADER, [row("甲")])),
        ("a.jsonl.gz", gzip.compress(b"\xef\xbb\xbf" + json_lines(HEADER, [row("甲")]))),
        ("a.jsonl", json_lines(HEADER, [row("甲")]).decode().encode("utf-16")),
        ("a.json", b"\xef\xbb\xbf" + json_array(HEADER, [row("甲")])),
        ("a.csv.gz", gzip.compress(delimited(HEADER, [])) + gzip.compress(",".join(map(str, row("甲"))).encode())),
    ],
    ids=["xlsx", "tabs", "tabs-utf-16", "mark", "mark-gz", "utf-16", "mark-json", "two-members"],
)
def test_what_systems_write_otherwise_than_they_name_it_is_read(settings: Settings, name: str, content: bytes) -> None:
    deliver(settings.inbox_dir, "site_registry", name, content)
    ingest(settings)
    assert names(settings) == ["甲"]


def test_a_workbook_with_a_stray_cell_in_the_last_corner_is_refused(settings: Settings) -> None:
    cells: list[list[object]] = [list(HEADER), list(row("a"))]
    path = write_workbook(settings.inbox_dir / "site_registry" / "a.xlsx", {"表": cells})
    content = io.BytesIO()
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(content, "w") as stretched:
        for member in package.infolist():
            part = package.read(member)
            stray = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            stretched.writestr(member, part.replace(b"</sheetData>", stray))
    path.write_bytes(content.getvalue())
    refuses(settings, r"a sheet reaches to row 1,048,576 and column 16,384")


def test_a_cut_workbook_is_one_error(settings: Settings) -> None:
    deliver(settings.inbox_dir, "site_registry", "a.xlsx", workbook(HEADER, [row("a")])[:-300])
    refuses(settings, "cannot be opened as an Excel workbook")


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.jsonl", "a.json", "a.parquet", "a.csv.gz"])
def test_an_empty_file_is_one_error(settings: Settings, name: str) -> None:
    deliver(settings.inbox_dir, "site_registry", name, b"")
    refuses(settings, f"site_registry/{name}: the file is empty")


def test_a_header_alone_is_a_table_without_rows(settings: Settings) -> None:
    deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, []))
    [entry] = ingest(settings).present
    assert (entry.status, entry.rows_read) == ("landed", 0)


def test_lines_in_two_encodings_are_one_error_that_names_the_line(settings: Settings) -> None:
    rows = [",".join(str(cell) for cell in row(name)) for name in ("清禾市政务网", "青云市教育网")]
    mixed = "\n".join([",".join(HEADER), rows[0]]).encode("gb18030") + b"\n" + rows[1].encode() + b"\n"
    deliver(settings.inbox_dir, "site_registry", "a.csv", mixed)
    refuses(settings, r"a\.csv, line 3: the line is UTF-8, the file otherwise GB18030")


def test_zero_bytes_in_a_cell_stay_in_it(settings: Settings) -> None:
    deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, [row("a\0b")]))
    ingest(settings)
    assert names(settings) == ["a\0b"]


def test_json_nested_beyond_reason_is_one_error_or_a_broken_row(settings: Settings) -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    deliver(settings.inbox_dir, "site_registry", "a.json", deep)
    refuses(settings, r"site_registry/a\.json: cannot be read as JSON")
    (settings.inbox_dir / "site_registry" / "a.json").unlink()
    whole = json_lines(HEADER, [row("a")])
    deliver(
        settings.inbox_dir,
        "site_registry",
        "a.jsonl",
        whole + b'{"\xe7\xbd\x91\xe7\xab\x99\xe5\x90\x8d\xe7\xa7\xb0": ' + deep + b"}\n" + whole,
    )
    report = ingest(settings)
    assert (report.present[0].rows_read, report.present[0].rows_unfit) == (3, 1)


def test_half_a_character_is_a_broken_row(settings: Settings) -> None:
    good, bad = (
        json.dumps(dict(zip(HEADER, row("a"), strict=True))),
        json.dumps(dict(zip(HEADER, row("\ud800", 2), strict=True))),
    )
    deliver(settings.inbox_dir, "site_registry", "a.json", f"[{good}, {bad}]".encode())
    deliver(settings.inbox_dir, "site_registry", "b.jsonl", f"{bad}\n".encode() + json_lines(HEADER, [row("b")]))
    report = ingest(settings)
    assert names(settings) == ["a", "b"]
    assert [entry.rows_unfit for entry in report.present] == [1, 1]


def test_a_folder_in_a_source_and_a_broken_link_are_not_passed_over(settings: Settings) -> None:
    deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, [row("a")]))
    (settings.inbox_dir / "site_registry" / "第二批").mkdir()
    (settings.inbox_dir / "site_registry" / "b.csv").symlink_to("nowhere.csv")
    assert unknown_folders(settings.inbox_dir, load_contracts()) == ["site_registry/b.csv", "site_registry/第二批"]


def test_a_title_above_the_header_and_the_header_again_are_no_rows(settings: Settings) -> None:
    lines = ["参评网站登记表;;;;", "填报单位：示例", ";".join(HEADER)]
    lines += [";".join(str(cell) for cell in row("甲")), ";".join(HEADER), ";".join(str(cell) for cell in row("乙", 2))]
    deliver(settings.inbox_dir, "site_registry", "a.csv", "\n".join(lines).encode("gb18030"))
    [entry] = ingest(settings).present
    assert (names(settings), entry.rows_read) == (["甲", "乙"], 2)
    assert [number for (number,) in landed_rows(settings, "site_registry", "row_number")] == [4, 6]


def test_merged_cells_say_the_same_in_each_row(settings: Settings) -> None:
    import xlsxwriter

    path = settings.inbox_dir / "site_registry" / "a.xlsx"
    path.parent.mkdir(parents=True)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("登记")
        sheet.merge_range("B2:F2", "参评网站登记表")
        for column, title in enumerate(HEADER, start=1):
            sheet.merge_range(2, column, 3, column, title)
        for line, number in enumerate((1, 2, 3), start=4):
            for column, cell in enumerate(row(f"网{number}", number)[:3], start=1):
                sheet.write(line, column, cell)
        sheet.merge_range(4, 4, 6, 4, "省级")
        sheet.merge_range(4, 5, 6, 5, "门户网站")
    [entry] = ingest(settings).present
    assert (names(settings), entry.rows_unfit) == (["网1", "网2", "网3"], 0)
    assert [number for (number,) in landed_rows(settings, "site_registry", "row_number")] == [5, 6, 7]


def test_unknown_columns_are_kept_aside_and_named(settings: Settings) -> None:
    header = [*HEADER, "备注", "备注", "空列"]
    rows = [[*row("甲"), "一", "二", None], [*row("乙", 2), None, None, None]]
    deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(header, rows))
    deliver(settings.inbox_dir, "site_registry", "b.jsonl", json_lines([*HEADER, "note"], [[*row("丙", 3), "三"]]))
    report = ingest(settings)
    assert [entry.unmatched_headers for entry in report.present] == [("备注", "空列"), ("note",)]
    kept = [
        cells and json.loads(str(cells))
        for _, cells in landed_rows(settings, "site_registry", "site_code, unknown_cells")
    ]
    assert kept == [{"备注": "一", "备注 (2)": "二"}, None, {"note": "三"}]


PEAK = """
import re, sys
from pathlib import Path
from pipelines.ingest.contracts import load_contracts
from pipelines.errors import DeliveryError
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
try:
    ingest_source(load_contracts()["site_registry"], Settings(home=Path(sys.argv[1]), inbox=Path(sys.argv[2])), print)
except DeliveryError as refusal:
    print(refusal)
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) // 1024)
"""


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="only Linux tells the peak of a process"
)


@needs_proc
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("long.csv", r"line 2: longer than [\d,]+ characters"),
        ("long.jsonl", "cannot be read"),
        ("long.json", "a JSON document above 64 MiB"),
        ("long.csv.gz", r"line 2: longer than [\d,]+ characters"),
    ],
)
def test_a_line_of_a_hundred_megabytes_is_refused_in_bounded_memory(
    settings: Settings, name: str, message: str
) -> None:
    long = b"x" * (LONG_LINE_MIB << 20)
    content = delimited(HEADER, []) + long if "csv" in name else b'{"site_name": "' + long + b'"}\n'
    deliver(settings.inbox_dir, "site_registry", name, gzip.compress(content) if name.endswith("gz") else content)
    arguments = [sys.executable, "-c", PEAK, str(settings.home_dir), str(settings.inbox_dir)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=PROJECT_ROOT, env=dict(os.environ))
    *printed, peak = done.stdout.splitlines()
    assert re.search(rf"site_registry/{re.escape(name)}.*{message}", "\n".join(printed))
    assert int(peak) < MEMORY_BOUND_MIB


@needs_proc
def test_a_large_table_is_read_in_bounded_memory(settings: Settings) -> None:
    padding = "长" * 300
    rows = (f"{number:010},{padding}{number},a.example,省级,门户网站\n" for number in range(600_000))
    deliver(settings.inbox_dir, "site_registry", "a.csv", (",".join(HEADER) + "\n" + "".join(rows)).encode())
    arguments = [sys.executable, "-c", PEAK, str(settings.home_dir), str(settings.inbox_dir)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=PROJECT_ROOT, env=dict(os.environ))
    *printed, peak = done.stdout.splitlines()
    assert "600,000 rows" in "\n".join(printed)
    assert int(peak) < MEMORY_BOUND_MIB


needs_nasty = pytest.mark.skipif(not NASTY.is_dir(), reason="the real nasty files are not on this machine")
SPECTRUM = sorted(path.stem for path in (NASTY / "csv-spectrum" / "csvs").glob("*.csv"))


@needs_nasty
@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum(settings: Settings, name: str) -> None:
    folder = NASTY / "csv-spectrum"
    content = (folder / "csvs" / f"{name}.csv").read_bytes()
    expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))
    newline = "\r\n" if b"\r\n" in content else "\n"
    header = next(csv.reader(io.StringIO(content.decode())))
    columns = [
        Column(name=f"c{place}", data_type="string", description="", header=text) for place, text in enumerate(header)
    ]
    contract = Contract(name="spectrum", title="", description="", key=("c0",), columns=tuple(columns))
    deliver(settings.inbox_dir, "spectrum", f"{name}.csv", content)
    ingest(settings, contract)
    landed = landed_rows(settings, "spectrum", ", ".join(["row_number", *(column.name for column in columns)]))
    records = expected if isinstance(expected, list) else [expected]
    if name == "location_coordinates":
        # The corpus has another number in the JSON than in the CSV.
        records[0]["Contact Phone Number"] = "2095257564"
    assert [dict(zip(header, cells, strict=True)) for _, *cells in landed] == [
        {key: value.replace("\r\n", newline) or None for key, value in record.items()} for record in records
    ]


@needs_nasty
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx"])
def test_naughty_strings_land_as_they_are(settings: Settings, name: str) -> None:
    blanks = " \t\r\n\u00a0\u3000\ufeff"
    strings = json.loads((NASTY / "blns" / "blns.json").read_text(encoding="utf-8"))
    kept = [text for text in strings if text.strip(blanks)]
    if name.endswith("xlsx"):
        kept = [text for text in kept if all(" " <= character < "\ufffe" for character in text)]
    rows = [row(text, number % 100) for number, text in enumerate(kept)]
    write = {"csv": delimited, "jsonl": json_lines, "xlsx": workbook}[name.rpartition(".")[2]]
    deliver(settings.inbox_dir, "site_registry", name, write(HEADER, rows))
    ingest(settings)
    assert names(settings) == [text.strip(blanks) for text in kept]


FREE_TEXT = [
    (contract.name, column.name)
    for contract in load_contracts().values()
    for column in contract.columns
    if column.data_type == "string" and not (column.values or column.pattern or column.check or column.personal)
]
REQUIRED_CELLS = {"date": "2017-09-01", "timestamp": "2017-09-01 12:00:00", "boolean": "是"}


def fitting_cell(column: Column) -> str:
    """A cell that fits the column, whatever else is asked of it."""
    if column.check is not None:
        return "91110000600037341L"
    if column.values is not None:
        return next(iter(column.values))
    if column.data_type in REQUIRED_CELLS:
        return REQUIRED_CELLS[column.data_type]
    if column.data_type == "string":
        return next(text for text in ("3301000001", "330100", "1", "a") if re.fullmatch(column.pattern or ".*", text))
    return str(int(column.minimum or 1))


@needs_nasty
@pytest.mark.parametrize("source", sorted({source for source, _ in FREE_TEXT}))
def test_naughty_strings_land_in_every_text_column(settings: Settings, source: str) -> None:
    contract = load_contracts()[source]
    strings = [text for text in json.loads((NASTY / "blns" / "blns.json").read_text(encoding="utf-8")) if text.strip()]
    texts = [column for column in contract.columns if (source, column.name) in FREE_TEXT]
    others = [column for column in contract.columns if column.required and column not in texts and not column.gathers]
    header = [column.header for column in [*texts, *others]]
    rows = [[*[text] * len(texts), *map(fitting_cell, others)] for text in strings]
    deliver(settings.inbox_dir, source, "a.jsonl", json_lines(header, rows))
    [entry] = ingest(settings, contract).present
    landed = landed_rows(settings, source, ", ".join(["row_number", *(column.name for column in texts)]))
    blanks = " \t\r\n\u00a0\u3000\ufeff"
    wanted = [text.strip(blanks) or None for text in strings]
    if contract.has_personal and any(map(contract.is_identifier, texts)):
        # An identifier in scientific notation is refused, and beside personal data no text of a refused row is kept.
        wanted = [None if text in ("1E+02", "-1E+02") else text for text in wanted]
    assert entry.rows_read == len(strings)
    for place, column in enumerate(texts, start=1):
        if column.extract is None and column.default is None:
            assert [row[place] for row in landed] == wanted, column.name
