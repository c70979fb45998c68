"""What is said of files that cannot be read, or that yield less than they hold."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import delimited, deliver

HEADER = ["网站标识码", "网站名称", "首页网址", "层级", "网站类型"]


def check(path: Path, *more: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pipelines.cli", "inbox", "check", str(path), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT_ROOT)
    return done.returncode, done.stdout


def test_the_same_fault_of_many_files_is_one_sentence(settings: Settings) -> None:
    for number in range(50):
        deliver(settings.inbox_dir, "site_registry", f"{number:02}.csv", delimited(HEADER[:-1], [[f"{number}"] * 4]))
    deliver(settings.inbox_dir, "site_registry", "other.csv", delimited(HEADER[1:], [["a"] * 4]))
    with pytest.raises(DeliveryError) as refused:
        ingest_source(load_contracts()["site_registry"], settings, lambda message: None)
    many, one = str(refused.value).splitlines()
    assert many.startswith(
        "50 files (site_registry/00.csv, site_registry/01.csv, site_registry/02.csv and 47 more): "
        "required column missing: site_role (网站类型); headers found: 网站标识码"
    )
    assert one.startswith("site_registry/other.csv: required column missing: site_code (网站标识码)")
    code, said = check(settings.inbox_dir / "site_registry")
    assert (code, said.count("site_role (网站类型)"), said.count("50 files (")) == (2, 1, 1)


def test_a_refusal_says_what_is_read_and_where_the_file_may_belong(settings: Settings) -> None:
    header = ["微博id", "user_id", "完整日期", "微博正文"]
    path = deliver(settings.inbox_dir, "site_crawl", "a.csv", delimited(header, [["1", "2", "2017-09-01", "b"]]))
    code, said = check(path)
    assert code == 2
    assert "url is read below 网址 or URL or target_url or initial_url" in said
    assert "by its headers it is a file of account_post" in said


def test_nothing_read_is_not_all_fit(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, []))
    code, said = check(path)
    assert (code, "nothing was read" in said, "all fit" in said) == (1, True, False)
    told: list[str] = []
    ingest_source(load_contracts()["site_registry"], settings, told.append)
    assert [line for line in told if "nothing was read" in line]
