"""Many small files are landed together, and nothing of what holds for a file alone is lost by it."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import DeliveryError
from pipelines.ingest import plan
from pipelines.ingest.conform import conforming_select, connect
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.ingest.landing import NO_FILE, landed_paths, landing_file, write_empty_landing
from pipelines.ingest.ledger import LedgerEntry, read_ledger
from pipelines.ingest.readers.raw_table import RawTable
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import landed_rows

Deliver = Callable[[str, str, bytes], Path]
SOURCE = "site_registry"
CONTRACT = load_contracts()[SOURCE]
HEADER = "网站标识码,网站名称,首页网址,层级,网站类型\n"
FILES = 24


def row(number: int, **more: object) -> dict[str, object]:
    return {
        "网站标识码": f"33{number:08}", "网站名称": f"示例{number}", "首页网址": f"s{number}.example", "层级": "县级",
        "网站类型": "门户网站", **more,
    }  # fmt: skip


def lines(*rows: dict[str, object] | str) -> bytes:
    texts = (text if isinstance(text, str) else json.dumps(text, ensure_ascii=False) for text in rows)
    return "".join(f"{text}\n" for text in texts).encode()


def registry(*numbers: int) -> bytes:
    return (HEADER + "".join(",".join(map(str, row(number).values())) + "\n" for number in numbers)).encode()


# What is odd about a file among others: each must come out as it does alone.
ODD_LINES = {
    "broken.jsonl": lines(row(101), "{broken", row(102), "[1]", "null"),
    "blank.jsonl": b"\n \t\n" + lines(row(103)) + b"\r\n\x0b\n" + lines(row(104)).rstrip(),
    "bare.jsonl.gz": gzip.compress(lines(row(105))),
    "lists.jsonl": lines(row(106, 网站名称=["甲"], 层级=["县级", "市级"])),
    "unknown.jsonl": lines(row(107, 备注="无"), row(108, 备注="有", remark="x")),
    "other case.jsonl": lines(row(109, REMARK="y")),
    "another key.jsonl": lines({"site_code": "3300000110", **{k: v for k, v in row(110).items() if k != "网站标识码"}}),
    "both keys.jsonl": lines(row(111, site_code="3300000111")),
    "none.jsonl": lines({"别的": 1}),
    "marked.jsonl": b"\xef\xbb\xbf" + lines(row(112)),
    "gb18030.jsonl": lines(row(113)).decode().encode("gb18030"),
    "bytes.jsonl": lines(row(114)) + b'{"\xff\xfe": 1}\n',
    "twice.jsonl": b'{"a": 1, "a": 2}\n',
    "cut.jsonl.gz": gzip.compress(lines(row(115)))[:-5],
    "empty.jsonl": b"",
    "persons.jsonl": lines(row(116, 联系电话="13900001111")),
    "joined.jsonl": lines(f"{json.dumps(row(117))} {json.dumps(row(118))}"),
}
ODD_TABLES = {
    "short.csv": registry(201) + b"1,2\n" + registry(202).splitlines()[1],
    "open quote.csv": registry(203) + b'3300000204,"x\n',
    "gb18030.csv": registry(205).decode().encode("gb18030"),
    "header.csv": HEADER.encode(),
    "another header.csv": registry(206).replace("网站名称".encode(), b"name_of_site"),
    "cut.csv.gz": gzip.compress(registry(207))[:-5],
}


@pytest.fixture
def many(deliver: Deliver) -> None:
    for number in range(FILES):
        deliver(SOURCE, f"{number:02}.jsonl", lines(row(number), row(number + 50, 层级="" if number == 7 else "县级")))
        deliver(SOURCE, f"{number:02}.csv", registry(number + 300))


def ingest(settings: Settings, told: list[str] | None = None) -> tuple[int, str]:
    """How many files were read, and what was refused."""
    lines_told: list[str] = [] if told is None else told
    try:
        return ingest_source(CONTRACT, settings, lines_told.append).read_count, ""
    except DeliveryError as refused:
        return -1, str(refused)


def entries(settings: Settings) -> list[LedgerEntry]:
    found = read_ledger(settings.landing_dir, 2017, SOURCE)
    return [entry.model_copy(update={"landed_in": None, "modified_ns": 0}) for entry in found]


def landed_files(settings: Settings) -> int:
    return len(list((settings.landing_dir / SOURCE).glob("*.parquet"))) - 1


@pytest.mark.usefixtures("many")
def test_files_landed_together_are_as_they_are_alone(
    settings: Settings, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, content in (ODD_LINES | ODD_TABLES).items():
        deliver(SOURCE, name, content)
    told: list[str] = []
    _, refused = ingest(settings, told)
    assert landed_files(settings) < FILES
    alone = settings.model_copy(update={"home": tmp_path / "alone"})
    monkeypatch.setattr(plan, "FEWEST_TOGETHER", 1_000)
    told_alone: list[str] = []
    assert ingest(alone, told_alone) == (-1, refused)
    assert entries(settings) == entries(alone)
    for columns in ("* exclude (rejections)", "file_id, row_number, rejections"):
        assert landed_rows(settings, SOURCE, columns) == landed_rows(alone, SOURCE, columns)
    assert len(told) < FILES < len(told_alone)


@pytest.mark.usefixtures("many")
def test_a_changed_file_is_read_alone_and_a_removed_one_leaves_no_row(settings: Settings, deliver: Deliver) -> None:
    ingest(settings)
    assert landed_files(settings) == 2
    deliver(SOURCE, "03.jsonl", lines(row(77)))
    deliver(SOURCE, "copy.csv", registry(305))
    for name in ("04.jsonl", "06.csv"):
        (settings.inbox_dir / SOURCE / name).unlink()
    assert ingest(settings) == (1, "")
    assert landed_files(settings) == 3
    assert len(landed_rows(settings, SOURCE, "*")) == 2 * (FILES - 2) + 1 + FILES - 1
    found = read_ledger(settings.landing_dir, 2017, SOURCE)
    statuses = {(entry.file_name, entry.status) for entry in found if entry.status != "landed"}
    assert statuses == {
        ("03.jsonl", "superseded"), ("04.jsonl", "withdrawn"), ("06.csv", "withdrawn"), ("copy.csv", "duplicate"),
    }  # fmt: skip
    held = [entry.file_id for entry in found if entry.status == "landed"]
    assert all(path.is_file() for path in landed_paths(settings.landing_dir, 2017, SOURCE, held))
    assert ingest(settings) == (0, "")


@pytest.mark.usefixtures("many")
def test_a_damaged_bundle_is_read_again(settings: Settings) -> None:
    ingest(settings)
    before = landed_rows(settings, SOURCE, "*")
    bundle = landed_paths(
        settings.landing_dir, 2017, SOURCE, [read_ledger(settings.landing_dir, 2017, SOURCE)[0].file_id]
    )
    bundle[0].write_bytes(b"damaged")
    told: list[str] = []
    assert ingest(settings, told) == (FILES, "")
    assert sum("is gone or damaged; it and the files landed with it are read again" in line for line in told) == 1
    assert landed_rows(settings, SOURCE, "*") == before


@pytest.mark.parametrize("contract", load_contracts().values(), ids=lambda contract: contract.name)
def test_a_source_nobody_delivered_lands_with_the_types_of_one_that_was(contract: Contract, tmp_path: Path) -> None:
    empty = landing_file(tmp_path, 2017, NO_FILE)
    write_empty_landing(contract, empty)
    cells = {column.name: "broken_text" for column in contract.columns if column.gathers is None}
    table = RawTable(None, "nothing", cells, may_hold_lists=True)
    with connect(threads=1, pseudonym_key=b"") as connection:
        connection.execute("create table nothing as select 1::bigint row_number, '' broken_reason, 'a' broken_text")
        select = conforming_select(table, contract, 2017, NO_FILE)
        wanted = connection.execute(f"describe {select}").fetchall()
        [(_, plan)] = connection.execute(f"explain (format json) {select}").fetchall()
    assert duckdb.sql(f"describe from read_parquet('{empty}')").fetchall() == wanted
    # DuckDB makes joins of long lists: each costs more to plan than a small file to read, and every cell in it.
    assert "JOIN" not in plan
