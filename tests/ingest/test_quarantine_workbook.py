"""The quarantine as a workbench: rows are exported with their reasons, mended, delivered again, and counted once."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.commands import app
from pipelines.example import ExampleOptions, write_example
from pipelines.gate.candidate import freeze
from pipelines.settings import Settings
from tests.fixtures.deliveries import delimited, deliver
from tests.fixtures.warehouse import build_tables, ingest, rows_of, tables_of

TABLES = ("audit.file_ledger", "audit.quarantine", "audit.row_balance", "core.dim_subject", "core.fct_site_inspection")
HEADER = ["网站标识码", "检查日期", "检查方式", "是否合格", "备注"]
HOSTILE = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", edition=2017)
    write_example(settings.inbox_dir, ExampleOptions(sites=60, crawled=10, pages=4, flaws=False), lambda message: None)
    return settings


def run(settings: Settings) -> None:
    """What a run does up to the candidate, with the tables that rows are kept out of and listed in."""
    ingest(settings)
    build_tables(settings, *TABLES)
    specs = [spec for spec in tables_of(settings) if spec.full_name in TABLES]
    frozen = freeze(settings.warehouse_path, specs, settings.edition, settings.candidates_dir)
    settings.newest_candidate_path.write_text(frozen.content_hash, encoding="utf-8")


def export(settings: Settings, out: Path, *options: str) -> Result:
    places = ["--home", str(settings.home_dir), "--inbox", str(settings.inbox_dir), "--out", str(out)]
    return CliRunner().invoke(app, ["quarantine", *places, *options])


def sites(settings: Settings) -> list[str]:
    ingest(settings)
    build_tables(settings, "core.dim_subject")
    return rows_of(settings, "core.dim_subject").drop_nulls("home_host")["site_code"].to_list()


def put(settings: Settings, name: str, *rows: list[str]) -> None:
    deliver(settings.inbox_dir, "site_inspection", name, delimited(HEADER, rows, encoding="gb18030"))


def quarantined(settings: Settings, name: str) -> list[tuple[object, ...]]:
    rows = rows_of(settings, "audit.quarantine").filter(pl.col("file_name") == name)
    return rows.select("row_number", "reason_code", "is_repaired").sort("row_number").rows()


def is_balanced(settings: Settings) -> bool:
    return bool(rows_of(settings, "audit.row_balance")["is_balanced"].all())


def test_bad_rows_are_exported_mended_and_delivered_again(settings: Settings, tmp_path: Path) -> None:
    good, other = sites(settings)[:2]
    put(
        settings,
        "抽查.csv",
        [good, "2017-08-01", "地方自查", "合格", HOSTILE],
        [good, "昨天", "地方自查", "合格", HOSTILE],
        ["0000000000", "2017-08-03", "地方自查", "合格", "@x"],
        [other, "2017-08-04", "地方自查", "合格", ""],
        [other, "2017-08-04", "地方自查", "不合格", ""],
    )
    run(settings)
    assert [reason for _, reason, _ in quarantined(settings, "抽查.csv")] == [
        "not_a_date",
        "unknown_reference",
        "conflicting_key",
        "conflicting_key",
    ]
    before = len(rows_of(settings, "core.fct_site_inspection"))
    exported = export(settings, tmp_path / "out", "--file", "site_inspection/抽查.csv")
    assert exported.exit_code == 0, exported.output
    workbook = tmp_path / "out" / "site_inspection" / "抽查-隔离行.xlsx"
    book = openpyxl.load_workbook(workbook)
    [sheet] = book.worksheets
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    place = rows[0].index("检查日期")
    assert set(HEADER) <= set(rows[0])
    assert rows[0][-4:] == ["隔离原因", "所在列", "原值", "隔离位置"]
    assert rows[1][-4:-1] == ["不是有效日期（The value is not a date）", "inspected_date", "昨天"]
    remark = rows[0].index("备注")
    assert sheet.cell(2, remark + 1).data_type == "s"
    assert rows[1][remark] == HOSTILE
    assert rows[2][rows[0].index("网站标识码")] == "0000000000"
    sheet.cell(2, place + 1).value = "2017-08-02"
    sheet.cell(3, rows[0].index("网站标识码") + 1).value = good
    sheet.cell(5, rows[0].index("是否合格") + 1).value = "合格"
    book.save(settings.inbox_dir / "site_inspection" / workbook.name)
    run(settings)
    assert is_balanced(settings)
    assert all(mended for _, _, mended in quarantined(settings, "抽查.csv"))
    assert [reason for _, reason, _ in quarantined(settings, workbook.name)] == ["duplicate_key"]
    assert len(rows_of(settings, "core.fct_site_inspection")) == before + 3
    ledger = rows_of(settings, "audit.file_ledger").filter(pl.col("file_name") == workbook.name)
    assert ledger["unmatched_headers"].to_list() == ["备注"]
    again = export(settings, tmp_path / "again")
    assert again.exit_code == 1
    assert "no quarantined row waits to be mended" in again.output


def test_a_row_that_is_still_bad_mends_nothing(settings: Settings, tmp_path: Path) -> None:
    put(settings, "抽查.csv", [sites(settings)[0], "昨天", "地方自查", "合格", ""])
    run(settings)
    assert export(settings, tmp_path / "out", "--source", "site_inspection", "--file", "抽查.csv").exit_code == 0
    name = "抽查-隔离行.xlsx"
    (settings.inbox_dir / "site_inspection" / name).write_bytes((tmp_path / "out/site_inspection" / name).read_bytes())
    run(settings)
    assert quarantined(settings, "抽查.csv") == [(2, "not_a_date", False)]
    assert quarantined(settings, name) == [(2, "not_a_date", False)]
    assert is_balanced(settings)


def test_what_cannot_be_exported_is_said(settings: Settings, tmp_path: Path) -> None:
    put(settings, "抽查.csv", [sites(settings)[0], "昨天", "地方自查", "合格", ""])
    deliver(
        settings.inbox_dir,
        "survey_response",
        "没有登记的问卷_1.csv",
        delimited(["序号", "来自IP", "1、怎么样"], [["1", "10.0.0.1(北京-北京)", "好"]]),
    )
    run(settings)
    put(settings, "抽查.csv", ["别的", "昨天", "地方自查", "合格", ""])
    told = export(settings, tmp_path / "out")
    assert told.exit_code == 0
    assert "survey_response/没有登记的问卷_1.csv: holds personal data, which is not exported" in told.output
    assert "site_inspection/抽查.csv: is no longer in the inbox as the newest run read it" in told.output
    assert not (tmp_path / "out").exists()
    assert "there is no source nothing" in export(settings, tmp_path / "out", "--source", "nothing").output
