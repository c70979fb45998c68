"""What cannot be read: one clear error that names it, and the last release as it was."""

import gzip
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.deliveries import write_workbook
from tests.fixtures.whole_runs import CEPING, Edition, ceping_outcome, contents

REGISTRY = "网站标识码,网站名称,首页网址,层级,网站类型\n3301000001,清禾市政务网,a.example,地市级,门户网站\n"
PAGE = '{"url": "http://a.example/%d", "fetched_at": "2017-09-01", "fetch_outcome": "ok", "title": "公告"}\n'
EXPECTED = {
    "platform_census/缺列.xlsx": ["sheet 普查", "row 1", "required column missing", "region_code (行政区划代码)"],
    "site_registry/字节.csv": ["the text is in no known encoding", "byte"],
    "site_registry/无标记.csv": ["the text is in no known encoding", "UTF-16, but has no mark"],
    "site_registry/两列.csv": ["2 headers claim column site_code: 网站标识码 and 标识码"],
    "site_inspection/截断.xlsx": ["cannot be opened as an Excel workbook"],
    "site_crawl/截断.jsonl.gz": ["the archive is damaged or cut short"],
    "site_crawl/国标.jsonl": ["the text is GB18030, JSON Lines must be UTF-8"],
    "site_crawl/扫描.pdf": ["not a format that is read"],
}


def deliver_unreadable(inbox: Path) -> None:
    registry, crawl = inbox / "site_registry", inbox / "site_crawl"
    write_workbook(inbox / "platform_census" / "缺列.xlsx", {"普查": [["地区", "截止日期"], ["北京市", "2017-08-31"]]})
    (registry / "字节.csv").write_bytes(REGISTRY.encode() + b"\xff\xff\xff\n")
    (registry / "无标记.csv").write_bytes(REGISTRY.encode("utf-16-le"))
    (registry / "两列.csv").write_text(REGISTRY.replace("网站名称", "标识码"), encoding="gb18030")
    cut = write_workbook(inbox / "site_inspection" / "截断.xlsx", {"表": [["网站标识码"]] * 2000})
    cut.write_bytes(cut.read_bytes()[:-3000])
    lines = "".join(PAGE % number for number in range(9000))
    (crawl / "截断.jsonl.gz").write_bytes(gzip.compress(lines.encode())[:-200])
    (crawl / "国标.jsonl").write_text(lines, encoding="gb18030")
    (crawl / "扫描.pdf").write_bytes(b"%PDF")


@pytest.fixture(scope="module")
def refused(
    small: Edition, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Edition, subprocess.CompletedProcess[str]]:
    """What is said of an inbox with every kind of unreadable file."""
    copy = small.copied_to(tmp_path_factory.mktemp("refused"))
    deliver_unreadable(copy.inbox)
    return copy, ceping_outcome("run", "--home", copy.home, "--inbox", copy.inbox)


@pytest.mark.parametrize("file", EXPECTED)
def test_one_clear_error_a_file(refused: tuple[Edition, subprocess.CompletedProcess[str]], file: str) -> None:
    _, failed = refused
    [sentence] = [line for line in failed.stderr.splitlines() if file in line]
    for words in EXPECTED[file]:
        assert words in sentence


def test_nothing_but_these_errors_is_said(refused: tuple[Edition, subprocess.CompletedProcess[str]]) -> None:
    copy, failed = refused
    assert failed.returncode == 1
    assert "Traceback" not in failed.stdout + failed.stderr
    assert failed.stderr.startswith("error: ")
    assert failed.stderr.splitlines()[-1] == f"the log of the run: {copy.home / 'work' / 'run.log'}"
    assert len(failed.stderr.splitlines()) == len(EXPECTED) + 1
    assert "building models" not in failed.stdout


def test_the_last_release_is_as_it_was(
    small: Edition, refused: tuple[Edition, subprocess.CompletedProcess[str]]
) -> None:
    copy, _ = refused
    assert contents(copy.home / "releases") == contents(small.home / "releases")


def test_a_machine_that_has_no_more_from_the_start_is_said_with_what_to_do(small: Edition, tmp_path: Path) -> None:
    copy = small.copied_to(tmp_path)
    first = next((copy.inbox / "platform_census").glob("*.xlsx"))
    first.rename(first.with_stem("改名"))
    limited = ("bash", "-c", 'ulimit -n 40; exec "$@"', "limited", CEPING)
    failed = ceping_outcome("run", "--home", copy.home, "--inbox", copy.inbox, command=limited)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stdout + failed.stderr
    assert failed.stderr.startswith("error: ")
    assert "ulimit -n 1024" in failed.stderr
    assert len(failed.stderr.splitlines()) <= 2
    assert contents(copy.home / "releases") == contents(small.home / "releases")


def test_what_belongs_to_no_source_is_not_passed_over(small: Edition, tmp_path: Path) -> None:
    copy = small.copied_to(tmp_path)
    (copy.inbox / "site_crawls").mkdir()
    (copy.inbox / "说明.docx").write_bytes(b"read me")
    failed = ceping_outcome("run", "--home", copy.home, "--inbox", copy.inbox)
    assert failed.returncode == 1
    assert failed.stderr.startswith("error: inbox: site_crawls, 说明.docx belongs to no source; files go into ")
    assert "site_crawl," in failed.stderr
    assert contents(copy.home / "releases") == contents(small.home / "releases")


def test_an_inbox_that_is_not_there(tmp_path: Path) -> None:
    failed = ceping_outcome("run", "--home", tmp_path / "home", "--inbox", tmp_path / "nowhere")
    assert failed.returncode == 1
    assert f"there is no inbox at {tmp_path / 'nowhere'}" in failed.stderr
    assert "ceping example --out" in failed.stderr
    assert not (tmp_path / "home").exists()


def test_an_inbox_with_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "site_registry").mkdir(parents=True)
    failed = ceping_outcome("run", "--home", tmp_path / "home", "--inbox", tmp_path / "inbox")
    assert failed.returncode == 1
    assert f"error: the inbox at {tmp_path / 'inbox'} holds no file of any source" in failed.stderr


def test_an_edition_nobody_has_described(small: Edition, tmp_path: Path) -> None:
    copy = small.copied_to(tmp_path)
    failed = ceping_outcome("run", "--edition", 2018, "--home", copy.home, "--inbox", copy.inbox)
    assert failed.returncode == 1
    message = failed.stderr.partition("\n")[0]
    assert message.startswith("error: edition 2018 has no row in seeds/")
    for seed in ("seeds/reference/editions.csv", "seeds/trends/figures.csv", "seeds/awards/award_quotas.csv"):
        assert f" {seed}" in message
    assert message.endswith("; write its rows by: ceping edition new 2018 --from 2017")
    for part in ("releases", "candidates", "landing"):
        assert contents(copy.home / part) == contents(small.home / part)
