"""What anyone can do before a run: look at a delivery, and get a form that fits."""

import gzip
import json
import shutil
import tempfile
from math import ceil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.ingest.contracts import Column, load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR, Settings
from tests.fixtures.deliveries import delimited, deliver, json_lines, landed_rows
from tests.ingest.test_warc import record

HEADER = ["网站标识码", "网站名称", "首页网址", "层级", "类型", "备注"]
GOOD = ["3301000001", "甲", "a.example", "省级", "门户", "好"]
CONTRACTS = load_contracts()
FORM_SOURCES = [name for name, contract in CONTRACTS.items() if not any(column.gathers for column in contract.columns)]
FIRST_ROW_TO_FILL = 4


def ceping(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    return done.exit_code, done.output


def check(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
    code, printed = ceping("inbox", "check", *arguments, "--format", "json")
    return code, json.loads(printed)["files"]


def test_a_fit_file_is_said_to_be_fit_and_nothing_is_kept(settings: Settings) -> None:
    path = deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, [GOOD], encoding="gb18030"))
    code, [found] = check(path)
    assert code == 0
    assert (found["source"], found["encoding"], found["rows"], found["rows_quarantined"]) == (
        "site_registry",
        "gb18030",
        1,
        0,
    )
    assert found["matched"]["site_role"] == "类型"
    assert "opened_date" in found["not_delivered"]
    assert found["unknown"] == ["备注"]
    assert not settings.home_dir.exists()


def test_working_copies_of_a_check_lie_in_the_home_and_go_with_the_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a check leaves them that was killed.
    (left := settings.checking_dir / "1").mkdir(parents=True)
    (left / "lines.jsonl.zst").write_bytes(b"13800000001")
    left.with_suffix(".lock").touch()
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    row = dict(zip(HEADER, GOOD, strict=True))
    content = json.dumps(row, ensure_ascii=False).encode("utf-16")
    code, [found] = check(deliver(settings.inbox_dir, "site_registry", "a.jsonl", content), "--home", settings.home_dir)
    assert (code, found["rows"], found["error"]) == (0, 1, None)
    assert not settings.checking_dir.exists()


def test_what_no_header_says_is_not_said_to_be_missing(settings: Settings) -> None:
    content = delimited(["序号", "1、总体满意吗？"], [["1", "满意"]])
    _, [found] = check(deliver(settings.inbox_dir, "survey_response", "满意度_1.csv", content))
    assert (found["from_file_name"], found["gathered"]) == (["questionnaire"], ["1、总体满意吗？"])
    assert not {"questionnaire", "answers"} & set(found["not_delivered"])
    asked = record("http://a.example/", b"", kind="request")
    answered = record("http://a.example/", b"<html>")
    _, [found] = check(deliver(settings.inbox_dir, "site_crawl", "a.warc", asked + answered))
    assert (found["rows"], found["skipped_records"]) == (1, {"request": 1})
    _, printed = ceping("inbox", "check", settings.inbox_dir / "site_crawl")
    assert "not pages      1 request records" in printed


def test_reasons_come_with_their_first_examples(settings: Settings) -> None:
    rows = [[f"{number:010}", "甲", "a.example", "火星级", "门户", None] for number in range(5)]
    rows += [GOOD, GOOD, ["1", None, "a", "省级", "门户", None]]
    path = deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, rows))
    code, [found] = check(path)
    assert code == 1
    assert (found["rows"], found["rows_quarantined"], found["rows_of_repeated_keys"]) == (8, 6, 2)
    first = found["reasons"][0]
    assert (first["column_name"], first["reason_code"], first["row_count"]) == ("level", "not_in_list", 5)
    assert [example["row_number"] for example in first["examples"]] == [2, 3, 4]
    assert first["examples"][0]["value"] == "火星级"
    assert {(reason["column_name"], reason["reason_code"]) for reason in found["reasons"][1:]} == {
        ("site_code", "pattern"),
        ("site_name", "missing"),
    }
    _, printed = ceping("inbox", "check", path)
    assert "5 × level: 不在允许取值之内" in printed
    assert "row 2: 火星级" in printed


def test_an_inbox_is_checked_file_by_file_and_what_ingest_refuses_is_named(settings: Settings) -> None:
    deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, [GOOD]))
    deliver(settings.inbox_dir, "site_registry", "b.csv", b"x,y\n1,2\n")
    deliver(settings.inbox_dir, "site_crawl", "c.jsonl.gz", gzip.compress(b"{}")[:-4])
    code, found = check(settings.inbox_dir)
    assert code == 2
    errors = {entry["file"]: entry["error"] for entry in found}
    assert errors["a.csv"] is None
    assert errors["b.csv"].startswith("site_registry/b.csv: required column missing: site_code (网站标识码)")
    assert "damaged or cut short" in errors["c.jsonl.gz"]


def test_the_source_of_a_lone_file_is_the_one_it_fits(tmp_path: Path) -> None:
    path = tmp_path / "somewhere.jsonl"
    path.write_bytes(json_lines(HEADER, [GOOD]))
    code, [found] = check(path)
    assert (code, found["source"]) == (0, "site_registry")
    path.write_bytes(b'{"nothing": "known"}\n')
    code, [found] = check(path)
    assert code == 2
    assert "fits no source" in found["error"]


def test_frameworks_that_a_run_would_refuse_are_told_beside_the_files(settings: Settings, tmp_path: Path) -> None:
    deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(HEADER, [GOOD]))
    seeds = shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    path = seed_path(seeds, "framework_nodes")
    rows = path.read_text(encoding="utf-8")
    path.write_text(rows.replace("Influence index,100,given", "Influence index,99,given", 1), encoding="utf-8")
    arguments = ["inbox", "check", str(settings.inbox_dir)]
    done = CliRunner().invoke(app, [*arguments, "--format", "json"], env={"CEPING_SEEDS": str(seeds)})
    found = json.loads(done.stdout)
    assert done.exit_code == 2
    assert (found["files"][0]["rows_quarantined"], found["files"][0]["error"]) == (0, None)
    assert found["reference"].splitlines() == [
        "the reference data cannot be used:",
        "seeds/indices/framework_nodes.csv, line 2: influence has 99 points, and its children 100",
    ]
    shown = CliRunner().invoke(app, arguments, env={"CEPING_SEEDS": str(seeds), "COLUMNS": "200"})
    assert "a run would be refused  the reference data cannot be used:" in shown.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.csv",), "there is no file or folder nowhere.csv"),
        ((".", "--source", "nobody"), "there is no source nobody"),
    ],
)
def test_what_cannot_be_checked_is_one_error(arguments: tuple[str, ...], message: str) -> None:
    code, printed = ceping("inbox", "check", *arguments)
    assert code == 1
    assert message in printed


def a_fit_cell(column: Column, choices: list[str]) -> str:
    """What a careful person would put into the cell."""
    if choices:
        return choices[0]
    if column.check is not None:
        return "91110000600037341L"
    if column.is_name:
        return "王小明"
    match column.data_type:
        case "integer" | "bigint" | "double":
            return str(ceil(column.minimum or 1))
        case "date":
            return "2017-09-01"
        case "timestamp":
            return "2017-09-01 08:00:00"
        case "string[]":
            return "[]"
    return "0123456789" if column.name.endswith("_code") and "10" in (column.pattern or "10") else "330100"


@pytest.mark.parametrize("source", FORM_SOURCES)
def test_a_filled_form_is_ingested_without_quarantine(source: str, settings: Settings) -> None:
    contract = load_contracts()[source]
    path = settings.inbox_dir / source / "填好.xlsx"
    code, printed = ceping("inbox", "template", source, "--out", path)
    assert code == 0, printed
    book = openpyxl.load_workbook(path)
    form, choices = book["填报"], book["选项"]
    for place, cell in enumerate(form[FIRST_ROW_TO_FILL - 1], start=1):
        [column] = [column for column in contract.columns if column.header == cell.value]
        offered = [str(choice.value) for choice in choices[openpyxl.utils.get_column_letter(place)] if choice.value]
        form.cell(FIRST_ROW_TO_FILL, place, a_fit_cell(column, offered))
    book.save(path)
    [entry] = ingest_source(contract, settings, lambda message: None).present
    assert landed_rows(settings, source, "rejections") == [(None,)]
    assert (entry.rows_read, entry.ignored_sheets, entry.unmatched_headers) == (1, ("选项 (hidden, not read)",), ())


def test_every_choice_of_a_form_is_a_value_the_contract_knows(tmp_path: Path) -> None:
    for source in FORM_SOURCES:
        contract = CONTRACTS[source]
        path = tmp_path / f"{source}.xlsx"
        ceping("inbox", "template", source, "--out", path)
        lists = openpyxl.load_workbook(path)["填报"].data_validations.dataValidation
        listed = [column for column in contract.columns if column.values or column.data_type == "boolean"]
        assert sum(rule.type == "list" for rule in lists) == len([c for c in listed if c.name != "is_synthetic"])


def test_an_export_has_no_form() -> None:
    code, printed = ceping("inbox", "template", "survey_response")
    assert code == 1
    assert "survey_response arrives as an export" in printed


def test_a_form_that_may_have_been_filled_in_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"mine")
    code, printed = ceping("inbox", "template", "site_registry", "--out", path)
    assert code == 1
    assert "it is left as it is" in printed
    assert path.read_bytes() == b"mine"
