"""A file that cannot be read: one clear error that names it, and the last release as it was."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_workbook
from tests.end_to_end.conftest import Edition, ceping_outcome
from tests.end_to_end.test_again import contents


def missing_column(inbox: Path) -> None:
    write_workbook(inbox / "platform_census" / "a.xlsx", {"普查": [["地区", "截止日期"], ["北京市", "2017-08-31"]]})


def no_known_encoding(inbox: Path) -> None:
    (inbox / "site_registry" / "a.csv").write_bytes("网站标识码,网站名称\n".encode() + b"\xff\xff\xff\n")


def truncated_workbook(inbox: Path) -> None:
    path = write_workbook(inbox / "site_inspection" / "a.xlsx", {"表": [["网站标识码"]] * 2000})
    path.write_bytes(path.read_bytes()[:-3000])


def truncated_archive(inbox: Path) -> None:
    lines = b"".join(
        b'{"url": "http://a.example/%d", "fetched_at": "2017-09-01", "fetch_outcome": "ok"}\n' % n for n in range(9000)
    )
    (inbox / "site_crawl" / "a.jsonl.gz").write_bytes(gzip.compress(lines)[:-200])


def folder_of_no_source(inbox: Path) -> None:
    (inbox / "site_crawls").mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (missing_column, ["platform_census/a.xlsx", "sheet 普查", "row 1", "region_code (行政区划代码)"]),
        (no_known_encoding, ["site_registry/a.csv", "byte"]),
        (truncated_workbook, ["site_inspection/a.xlsx", "cannot be opened as an Excel workbook"]),
        (truncated_archive, ["site_crawl/a.jsonl.gz", "cannot be read"]),
        (folder_of_no_source, ["site_crawls belongs to no source", "site_crawl,"]),
    ],
)
def test_one_clear_error_and_the_last_release_untouched(
    small: Edition, tmp_path: Path, spoil: Callable[[Path], None], words: list[str]
) -> None:
    copy = small.copied_to(tmp_path)
    before = contents(copy.home / "releases")
    spoil(copy.inbox)
    failed = ceping_outcome("run", "--home", copy.home, "--inbox", copy.inbox)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stdout + failed.stderr
    assert failed.stderr.startswith("error: ")
    assert len(failed.stderr.splitlines()) == 2
    for word in words:
        assert word in failed.stderr
    assert contents(copy.home / "releases") == before


def test_an_inbox_that_is_not_there(tmp_path: Path) -> None:
    failed = ceping_outcome("run", "--home", tmp_path / "home", "--inbox", tmp_path / "nowhere")
    assert failed.returncode == 1
    assert f"there is no inbox at {tmp_path / 'nowhere'}" in failed.stderr
    assert "ceping example --out" in failed.stderr
