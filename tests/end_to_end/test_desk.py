"""The analyst's desk: the cookbook, the macros, the forms of an answer, the shell, and the oldest client."""

import csv
import fcntl
import importlib.util
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import duckdb
import fastexcel
import polars as pl
import pytest

from pipelines.releases.reading import open_database
from pipelines.settings import PROJECT_ROOT
from tests.fixtures.whole_runs import CEPING, Edition, ceping, ceping_outcome

COOKBOOK = (PROJECT_ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^### \d+\. (.*?)\n.*?^```sql\n(.*?)^```", COOKBOOK, re.M | re.S))
MACROS = {
    "compare_editions": "'trend2.running_sites'",
    "figure": "'trend2.running_sites'",
    "find_subject": "'网'",
    "ranks_of": "'{subject}'",
    "search_catalog": "'subject'",
    "top_subjects": "'influence', 2",
}
OLDEST = PROJECT_ROOT / ".venv" / "oldest-client"


@pytest.fixture(scope="module")
def release(example: Edition) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_database(next(example.internal.glob("*.duckdb"))) as connection:
        yield connection


def test_the_cookbook_has_twenty_questions_and_more() -> None:
    assert len(RECIPES) == COOKBOOK.count("```sql") >= 20
    assert all(re.search(r"[a-z].*[\u4e00-\u9fff]", question) for question in RECIPES)


@pytest.mark.parametrize("question", RECIPES)
def test_a_question_of_the_cookbook_is_answered(release: duckdb.DuckDBPyConnection, question: str) -> None:
    missing = missing_tables(release, RECIPES[question])
    if missing:
        warnings.warn(f"not asked, for want of {', '.join(missing)}: {question}", stacklevel=1)
        pytest.skip(f"no table {', '.join(missing)}")
    rows = release.sql(RECIPES[question]).fetchall()
    assert rows


def missing_tables(release: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """The tables a query reads that this release has not."""
    read = set(re.findall(r"\b(?:from|join)\s+([a-z_]+\.[a-z_0-9]+)", query))
    there = release.sql(
        "select schema_name || '.' || table_name from duckdb_tables() union all "
        "select schema_name || '.' || view_name from duckdb_views()"
    ).fetchall()
    return sorted(read - {name for (name,) in there})


def test_every_macro_answers_and_is_in_the_catalog(release: duckdb.DuckDBPyConnection) -> None:
    listed = release.sql("select table_name from catalog where data_type like 'macro%'").fetchall()
    assert {name for (name,) in listed} >= set(MACROS)
    [(subject,)] = release.sql("select subject_id from top_subjects('influence', 1) limit 1").fetchall()
    for name, arguments in MACROS.items():
        assert release.sql(f"from {name}({arguments.format(subject=subject)})").fetchall(), name


def test_the_first_ranks_are_those_of_the_table(release: duckdb.DuckDBPyConnection) -> None:
    ranks = "select index_code, rank_class, subject_id, subject_rank from"
    ranked = release.sql(f"{ranks} indices.idx_rank where index_code = 'influence' and subject_rank <= 3").fetchall()
    [(name,)] = release.sql(
        "select distinct index_name_zh from indices.dim_framework_node where index_code = 'influence'"
    ).fetchall()
    for wanted in ("influence", name):
        shown = release.sql(f"{ranks} top_subjects('{wanted}', 3)").fetchall()
        assert len(shown) == len(ranked) > 3
        assert set(shown) == set(ranked)
        classes = list(dict.fromkeys(rank_class for _, rank_class, _, _ in shown))
        assert classes == ["central_department", "province", "key_city", "prefecture", "county"]


def test_the_catalog_counts_rows_and_describes_columns(release: duckdb.DuckDBPyConnection) -> None:
    tables = release.sql(
        "select schema_name || '.' || table_name, row_count from catalog "
        "where column_name is null and schema_name is not null"
    ).fetchall()
    assert len(tables) > 20
    for name, count in tables:
        assert release.sql(f"select count(*) from {name}").fetchall() == [(count,)], name
    undescribed = release.sql("select * from catalog where description_zh is null or description_en is null")
    assert undescribed.fetchall() == []


def test_the_oldest_client_reads_tables_views_and_macros(example: Edition) -> None:
    """In a process of its own: two versions of DuckDB do not live in one."""
    if not OLDEST.is_dir():
        pytest.skip("no DuckDB 1.0 beside the project: make .venv/oldest-client")
    questions = [f"from {name}({arguments.format(subject='website:1')})" for name, arguments in MACROS.items()]
    program = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import duckdb; "
        "c = duckdb.connect(sys.argv[2], read_only=True); "
        "print(json.dumps([duckdb.__version__, *(len(c.execute(q).fetchall()) for q in json.loads(sys.argv[3]))]))"
    )
    asked = ["from catalog", "from trends.figure", *questions]
    database = next(example.internal.glob("*.duckdb"))
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(OLDEST), str(database), json.dumps(asked)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    version, *counts = json.loads(done.stdout)
    assert version.startswith("1.0.")
    assert len(counts) == len(asked)
    assert counts[0] > 300


HOSTILE = "select '=1+1' as formula, -1 as number, ['甲', '乙'] as names, null as nothing"


def test_an_answer_as_csv_opens_in_a_spreadsheet_and_runs_nothing(small: Edition, tmp_path: Path) -> None:
    out = tmp_path / "answer.csv"
    ceping("sql", HOSTILE, "--home", small.home, "--out", out)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    assert row == {"formula": "'=1+1", "number": "-1", "names": '["甲","乙"]', "nothing": ""}


def test_an_answer_as_xlsx_holds_text_and_numbers(small: Edition, tmp_path: Path) -> None:
    out = tmp_path / "answer.xlsx"
    ceping("sql", HOSTILE, "--home", small.home, "--out", out)
    assert fastexcel.read_excel(out).load_sheet(0).to_polars().rows() == [("=1+1", -1.0, '["甲","乙"]', None)]
    with ZipFile(out) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_an_answer_as_parquet_and_json_is_what_the_release_holds(small: Edition, tmp_path: Path) -> None:
    out = tmp_path / "answer.parquet"
    ceping("sql", HOSTILE, "--home", small.home, "--out", out)
    assert pl.read_parquet(out).select("formula", "number", "names").rows() == [("=1+1", -1, ["甲", "乙"])]
    printed = ceping("sql", HOSTILE, "--home", small.home, "--format", "json")
    assert json.loads(printed)["names"] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["from trends.figur"], ["did you mean", "trends.figure", "from catalog"]),
        (["from trend.figure"], ["did you mean trends.figure"]),
        (["from top_subject('x', 1)"], ["did you mean top_subjects"]),
        (["select figure_idd from trends.figure"], ["figure_id"]),
        (["create table x (y int)"], ["reads the release and nothing else"]),
        (["from read_csv('/etc/hostname')"], ["reads the release and nothing else"]),
        (["set threads = 1"], ["reads the release and nothing else"]),
        (["select 1", "--format", "xlsx"], ["--out FILE.xlsx"]),
        (["select 1", "--out", "answer.doc"], ["answer.doc", "--format"]),
        (["select 1", "--out", "/nowhere/answer.csv"], ["/nowhere/answer.csv cannot be written"]),
    ],
)
def test_a_query_that_fails_says_what_to_do(small: Edition, arguments: list[str], words: list[str]) -> None:
    refused = ceping_outcome("sql", *arguments, "--home", small.home)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: ")
    assert "Traceback" not in refused.stderr
    assert [word for word in words if word not in refused.stderr] == []


def test_a_query_may_come_from_a_file(small: Edition) -> None:
    done = subprocess.run(
        [str(CEPING), "sql", "--home", str(small.home), "--format", "csv"],
        input="select 1 as one;",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "one\n1\n"


def test_the_shell_completes_remembers_and_stays_inside_the_release(small: Edition, tmp_path: Path) -> None:
    with Terminal([str(CEPING), "sql", "--home", str(small.home)], tmp_path) as terminal:
        greeting = terminal.read_until("ceping> ")
        assert small.release_id in greeting
        terminal.write("select 40 + 2 as n from audit.row_bal\t")
        terminal.read_until("audit.row_balance")
        terminal.write(" limit 1;\r")
        terminal.read_until("42 │")
        terminal.write("from read_csv('/etc/hostname');\r")
        terminal.read_until("disabled by configuration")
        terminal.write("create table core.x (y int);\r")
        terminal.read_until("read-only mode")
        terminal.write(".shell ls\r")
        terminal.read_until("cannot be used in -safe mode")
        terminal.write(".quit\r")
        assert terminal.wait() == 0
    assert "audit.row_balance limit 1;" in (tmp_path / ".duckdb_history").read_text(encoding="utf-8")


COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
# What a terminal is asked for, and what it answers: its background, its kind, where the cursor is.
ANSWERS = {b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x07", b"\x1b[c": b"\x1b[?62c", b"\x1b[6n": b"\x1b[1;9R"}


class Terminal:
    """A terminal someone types into; a command that says nothing for a minute is ended."""

    def __init__(self, command: list[str], home: Path) -> None:
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execve(command[0], command, {**os.environ, "HOME": str(home), "TERM": "xterm-256color"})
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.terminal)

    def write(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def read_until(self, words: str) -> str:
        """What was shown until the words, without colours."""
        shown = b""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            ready, _, _ = select.select([self.terminal], [], [], 1)
            if ready:
                part = os.read(self.terminal, 65536)
                for question, answer in ANSWERS.items():
                    if question in part:
                        os.write(self.terminal, answer)
                shown += part
            text = COLOURS.sub("", shown.decode(errors="replace"))
            if words in text:
                return text
        raise AssertionError(f"never said {words!r}: {shown.decode(errors='replace')}")

    def wait(self) -> int:
        _, status = os.waitpid(self.process, 0)
        return os.waitstatus_to_exitcode(status)


def test_the_python_of_the_guide_runs(example: Edition, tmp_path: Path) -> None:
    guide = (PROJECT_ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    assert len(programs) == 3
    (tmp_path / "home").symlink_to(example.home)
    for program in programs:
        if "pandas" in program.splitlines()[0] and importlib.util.find_spec("pandas") is None:
            continue
        done = subprocess.run(
            [sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_every_macro_of_the_guide_is_there(release: duckdb.DuckDBPyConnection) -> None:
    guide = (PROJECT_ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z_]+)\(", guide, re.M))
    listed = release.sql("select table_name from catalog where data_type like 'macro%'").fetchall()
    assert named == {name for (name,) in listed}


def test_the_notebook_runs_on_the_release(example: Edition) -> None:
    if importlib.util.find_spec("marimo") is None:
        pytest.skip("marimo is not installed: uv sync --extra notebook")
    done = subprocess.run(
        [sys.executable, "notebooks/release.py"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "CEPING_HOME": str(example.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
