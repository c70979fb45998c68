"""Names that are a language, files that change, landing that is damaged: no row is lost, doubled or another."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.errors import CepingError, DeliveryError
from pipelines.ingest import loading
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.dry_run import check_path
from pipelines.ingest.landing import NO_FILE, landing_file, write_landing
from pipelines.ingest.ledger import ledger_path, read_ledger
from pipelines.ingest.memory import damaged_files, memory_path, require_whole_landing
from pipelines.ingest.source import IngestReport, ingest_source
from pipelines.releases.built import is_inbox_landed
from pipelines.settings import Settings
from tests.fixtures.deliveries import landed_rows

Deliver = Callable[[str, str, bytes], Path]
SOURCE = "site_registry"
CONTRACT = load_contracts()[SOURCE]
HEADER = "网站标识码,网站名称,首页网址,层级,网站类型\n"


def registry(*codes: str) -> bytes:
    return (HEADER + "".join(f"{code},示例网,{code}.example,县级,门户网站\n" for code in codes)).encode()


def lines(*codes: str) -> bytes:
    cells = {"网站名称": "示", "首页网址": "a.example", "层级": "县级", "网站类型": "门户网站"}
    return "".join(json.dumps({"网站标识码": code, **cells}) + "\n" for code in codes).encode()


def parquet(*codes: str) -> bytes:
    frame = pl.DataFrame(
        {"网站标识码": codes, "网站名称": "示", "首页网址": "a.example", "层级": "县级", "网站类型": "门户网站"}
    )
    frame.write_parquet(buffer := io.BytesIO())
    return buffer.getvalue()


def ingest(settings: Settings) -> IngestReport:
    return ingest_source(CONTRACT, settings, lambda message: None)


def codes_of(settings: Settings) -> list[str]:
    return sorted(row[0] for row in landed_rows(settings, SOURCE, "site_code"))


def test_pages_of_parquet_are_checked_by_their_checksums(settings: Settings, deliver: Deliver) -> None:
    written = pl.read_parquet(io.BytesIO(parquet(*(f"1{number:09}" for number in range(500))))).to_arrow()
    pq.write_table(written, buffer := io.BytesIO(), write_page_checksum=True, compression="none", use_dictionary=False)
    content = bytearray(buffer.getvalue())
    content[content.index(b"1000000300") + 9] ^= 1
    deliver(SOURCE, "a.parquet", bytes(content))
    with pytest.raises(DeliveryError, match=r"a\.parquet: cannot be read as Parquet \(.*(?i:crc|checksum)"):
        ingest(settings)


def only_landing_file(settings: Settings) -> Path:
    [entry] = [e for e in read_ledger(settings.landing_dir, 2017, SOURCE) if e.status == "landed"]
    return landing_file(settings.landing_dir / SOURCE, 2017, entry.file_id)


def flip_a_bit(path: Path, *, keep_time: bool = False) -> None:
    content, stat = path.read_bytes(), path.stat()
    place = len(content) // 3
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns if keep_time else stat.st_mtime_ns + 1))


@pytest.mark.parametrize(("suffix", "written"), [("jsonl", lines), ("parquet", parquet), ("csv", registry)])
@pytest.mark.parametrize("name", ["数据[1]", "数据?", "数据*", "数据'", "{数据,x}", "数据[!1]"])
def test_a_name_means_itself(
    settings: Settings, deliver: Deliver, suffix: str, written: Callable[..., bytes], name: str
) -> None:
    deliver(SOURCE, f"数据1.{suffix}", written("1000000001"))
    deliver(SOURCE, f"{name}.{suffix}", written("2000000001", "2000000002"))
    ingest(settings)
    assert codes_of(settings) == ["1000000001", "2000000001", "2000000002"]
    checked = {check.file: check.rows for check in check_path(settings.inbox_dir, None, 2017, 1)}
    assert checked == {f"数据1.{suffix}": 1, f"{name}.{suffix}": 2}


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_a_home_and_an_inbox_mean_themselves(tmp_path: Path, suffix: str) -> None:
    settings = Settings(home=tmp_path / "ho[m]e's *", inbox=tmp_path / "in[b]ox's ?", edition=2017)
    folder = settings.inbox_dir / SOURCE
    folder.mkdir(parents=True)
    (folder / f"a.{suffix}").write_bytes({"jsonl": lines, "parquet": parquet}[suffix]("1000000001"))
    assert ingest(settings).entries[0].rows_read == 1
    assert ingest(settings).read_count == 0


def test_a_name_in_no_encoding_is_refused_and_the_rest_lands(settings: Settings, deliver: Deliver) -> None:
    deliver(SOURCE, "a.csv", registry("1000000001"))
    odd = os.fsencode(settings.inbox_dir / SOURCE) + b"/" + "登记.csv".encode("gb18030")
    Path(os.fsdecode(odd)).write_bytes(registry("2000000001"))
    with pytest.raises(DeliveryError, match=r"^site_registry/登记\.csv: the file's name is not in UTF-8; rename it$"):
        ingest(settings)
    assert codes_of(settings) == ["1000000001"]
    assert [check.error is None for check in check_path(settings.inbox_dir, None, 2017, 1)] == [True, False]


def test_an_unreadable_file_is_named_with_what_to_do_and_the_rest_lands(settings: Settings, deliver: Deliver) -> None:
    deliver(SOURCE, "a.csv", registry("1000000001"))
    # Reading it fails as a failing disk does.
    (settings.inbox_dir / SOURCE / "b.csv").symlink_to("/proc/self/mem")
    with pytest.raises(
        DeliveryError, match=r"^site_registry/b\.csv: Input/output error; the disk fails: copy the home"
    ):
        ingest(settings)
    assert codes_of(settings) == ["1000000001"]


def test_bytes_nobody_foresaw_are_a_sentence_and_the_rest_lands(settings: Settings, deliver: Deliver) -> None:
    deliver(SOURCE, "a.csv", registry("1000000001"))
    # The name of a column is in no encoding: DuckDB reads it, and Python cannot.
    content = parquet("2000000001")
    assert content.count("网站标识码".encode()) > 1
    deliver(
        SOURCE, "b.parquet", content.replace("网站标识码".encode(), "网站标".encode() + b"\xe8\xaf\xd1\xe7\xa0\x81")
    )
    with pytest.raises(DeliveryError, match=r"^site_registry/b\.parquet: cannot be read[^\n]*$"):
        ingest(settings)
    assert codes_of(settings) == ["1000000001"]
    assert [check.error is None for check in check_path(settings.inbox_dir, None, 2017, 1)] == [True, False]


def test_numbers_of_persons_in_a_name_are_masked(settings: Settings, deliver: Deliver) -> None:
    deliver(SOURCE, "张三13800138000.csv", registry("1000000001"))
    deliver(SOURCE, "a.b@example.org 2017-06.csv", registry("1000000002"))
    entries = ingest(settings).entries
    assert [entry.file_name for entry in entries] == ["▇ 2017-06.csv", "张三▇.csv"]
    assert ingest(settings).read_count == 0
    assert is_inbox_landed(settings)


@pytest.mark.parametrize("change", ["grown", "replaced with the same size and time", "removed"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    settings: Settings, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = deliver(SOURCE, "a.csv", registry("1000000001"))

    def changed_before_it_is_read(*arguments: object) -> None:
        if change == "grown":
            path.write_bytes(path.read_bytes() + registry("1000000002"))
        elif change == "removed":
            path.unlink()
        else:
            replace_with_the_same_size_and_time(path, registry("1000000009"))
        write_landing(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "write_landing", changed_before_it_is_read)
    with pytest.raises(DeliveryError, match=r"site_registry/a\.csv: "):
        ingest(settings)
    monkeypatch.undo()
    assert codes_of(settings) == []
    if path.exists():
        ingest(settings)
        assert codes_of(settings)[-1] == ("1000000002" if change == "grown" else "1000000009")


def replace_with_the_same_size_and_time(path: Path, content: bytes) -> None:
    stat = path.stat()
    path.with_name(".other").write_bytes(content)
    os.utime(path.with_name(".other"), ns=(stat.st_atime_ns, stat.st_mtime_ns))
    path.with_name(".other").replace(path)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (stat.st_size, stat.st_mtime_ns)


def test_a_correction_of_the_same_size_and_time_is_read(settings: Settings, deliver: Deliver) -> None:
    path = deliver(SOURCE, "a.csv", registry("1000000001"))
    ingest(settings)
    assert is_inbox_landed(settings)
    replace_with_the_same_size_and_time(path, registry("1000000009"))
    assert not is_inbox_landed(settings)
    ingest(settings)
    assert codes_of(settings) == ["1000000009"]


def landed_and_damaged(settings: Settings, deliver: Deliver, damage: Callable[[Path], None]) -> tuple[Path, bytes]:
    """A landed file that was damaged since, which is noticed, and what it was."""
    deliver(SOURCE, "a.csv", registry("1000000001"))
    ingest(settings)
    landed = only_landing_file(settings)
    whole = landed.read_bytes()
    damage(landed)
    assert not is_inbox_landed(settings)
    return landed, whole


@pytest.mark.parametrize("damage", [flip_a_bit, lambda path: path.write_bytes(b"")])
def test_damaged_landing_is_read_again(settings: Settings, deliver: Deliver, damage: Callable[[Path], None]) -> None:
    landed, whole = landed_and_damaged(settings, deliver, damage)
    with pytest.raises(CepingError, match=r"ceping run --edition 2017"):
        require_whole_landing(settings.landing_dir)
    assert ingest(settings).read_count == 1
    assert landed.read_bytes() == whole
    require_whole_landing(settings.landing_dir)
    assert is_inbox_landed(settings)


def replace_with_a_flipped_bit(path: Path) -> None:
    """Damage landing and not the object whose second name it is."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    flip_a_bit(path)


@pytest.mark.parametrize("damage", [replace_with_a_flipped_bit, Path.unlink])
def test_landing_is_put_back_from_what_was_landed(
    settings: Settings, deliver: Deliver, damage: Callable[[Path], None]
) -> None:
    landed, whole = landed_and_damaged(settings, deliver, damage)
    told: list[str] = []
    assert ingest_source(CONTRACT, settings, told.append).read_count == 0
    assert "is gone or damaged; it is put back" in told[0]
    assert landed.read_bytes() == whole
    assert is_inbox_landed(settings)


@pytest.mark.parametrize("damage", [flip_a_bit, Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_damaged_landing_of_no_file_is_written_anew(
    settings: Settings, deliver: Deliver, damage: Callable[[Path], None], is_remembered: bool
) -> None:
    deliver(SOURCE, "a.csv", registry("1000000001"))
    ingest(settings)
    empty = landing_file(settings.landing_dir / SOURCE, 2017, NO_FILE)
    whole = empty.read_bytes()
    damage(empty)
    if not is_remembered:
        memory_path(settings.landing_dir, 2017, SOURCE).write_bytes(b"")
    ingest(settings)
    assert empty.read_bytes() == whole
    require_whole_landing(settings.landing_dir)


def test_a_bit_that_flips_with_no_trace_is_found_by_content(settings: Settings, deliver: Deliver) -> None:
    deliver(SOURCE, "a.csv", registry("1000000001"))
    ingest(settings)
    assert list(damaged_files(settings.landing_dir, by_content=True)) == []
    flip_a_bit(only_landing_file(settings), keep_time=True)
    assert list(damaged_files(settings.landing_dir)) == []
    assert list(damaged_files(settings.landing_dir, by_content=True)) == [only_landing_file(settings)]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_what_cannot_be_remembered_is_found_out_anew(settings: Settings, deliver: Deliver, content: bytes) -> None:
    deliver(SOURCE, "a.csv", registry("1000000001"))
    ingest(settings)
    memory_path(settings.landing_dir, 2017, SOURCE).write_bytes(content)
    report = ingest(settings)
    assert (report.read_count, report.taken_count) == (0, 1)
    assert not ingest(settings).is_changed
    assert codes_of(settings) == ["1000000001"]


BYTES_LOST = [flip_a_bit, Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"x")]


@pytest.mark.parametrize("damage", BYTES_LOST)
def test_a_damaged_ledger_is_made_anew(settings: Settings, deliver: Deliver, damage: Callable[[Path], None]) -> None:
    path = deliver(SOURCE, "a.csv", registry("1000000001"))
    ingest(settings)
    path.unlink()
    deliver(SOURCE, "b.csv", registry("1000000002"))
    ingest(settings)
    ledger = ledger_path(settings.landing_dir, 2017, SOURCE)
    said = read_ledger(settings.landing_dir, 2017, SOURCE)
    damage(ledger)
    assert not is_inbox_landed(settings)
    told: list[str] = []
    assert ingest_source(CONTRACT, settings, told.append).read_count == 0
    assert told == [f"{ledger} is gone or damaged; it is made anew"]
    assert read_ledger(settings.landing_dir, 2017, SOURCE) == said
    assert {entry.status for entry in said} == {"landed", "withdrawn"}


@pytest.mark.parametrize("is_ledger_there", [True, False])
@pytest.mark.parametrize("damage", BYTES_LOST)
def test_what_damaged_facts_told_is_found_out_anew(
    settings: Settings, deliver: Deliver, damage: Callable[[Path], None], is_ledger_there: bool
) -> None:
    deliver(SOURCE, "a.csv", registry("1000000001"))
    ingest(settings)
    said = read_ledger(settings.landing_dir, 2017, SOURCE)
    [facts] = (settings.home_dir / "facts" / "2017" / SOURCE).iterdir()
    damage(facts)
    if not is_ledger_there:
        ledger_path(settings.landing_dir, 2017, SOURCE).unlink()
    assert ingest(settings).read_count == (0 if is_ledger_there else 1)
    assert read_ledger(settings.landing_dir, 2017, SOURCE) == said
    assert not ingest(settings).is_changed
