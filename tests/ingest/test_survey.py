"""Exports of wjx.cn: answers of both forms land with their questions, and nothing of the person behind them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.contracts import load_contracts
from pipelines.ingest import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.conftest import landed_rows, write_workbook
from tests.ingest.delivering import delimited

Deliver = Callable[[str, str, bytes], Path]
CONTRACT = load_contracts()["survey_response"]
REAL = sorted((PROJECT_ROOT.parent / "shared" / "data" / "survey").glob("*.xls"))
HEADER = [
    "序号",
    "提交答卷时间",
    "所用时间",
    "来源",
    "来源详情",
    "来自IP",
    "1、总体满意吗？",
    "2、(办事)",
    "3、您的姓名",
    "4、联系电话",
    "5、意见",
]
PERSON = [
    "昵称甲",
    "203.0.113.77(北京-北京)",
    "王小明",
    "13800138000",
    "请打13912345678或mail@example.org，证号11010119900307123X",
]
ROW = ["7", "2017/09/01 12:00:00", "123秒", "微信", *PERSON[:2], "满意", "(跳过)", *PERSON[2:]]
SECRETS = ["昵称甲", "203.0.113.77", "王小明", "13800138000", "13912345678", "mail@example.org", "11010119900307123X"]


def landed(settings: Settings) -> list[tuple[object, ...]]:
    ingest_source(CONTRACT, settings, lambda message: None)
    return landed_rows(settings, "survey_response", "* exclude (edition, file_id)")


def test_a_row_is_a_respondent_with_answers(settings: Settings, deliver: Deliver) -> None:
    deliver("survey_response", "满意度_bm01000001_9_9.csv", delimited(HEADER, [ROW], encoding="gb18030"))
    ingest_source(CONTRACT, settings, lambda message: None)
    columns = "questionnaire, respondent_number, subject_code, seconds_spent, address_place, rejections"
    assert landed_rows(settings, "survey_response", columns) == [("满意度", "7", "bm01000001", 123, "北京", None)]
    [(answers,)] = landed_rows(settings, "survey_response", "answers")
    assert answers == [
        {"header": "1、总体满意吗？", "cell": "满意"},
        {"header": "2、(办事)", "cell": "(跳过)"},
        {"header": "5、意见", "cell": "请打▇或▇，证号▇"},
    ]


@pytest.mark.parametrize("name", ["a_1_1.csv", "a_1_1.xlsx"])
def test_nothing_of_the_person_lands(settings: Settings, deliver: Deliver, name: str) -> None:
    broken = [*ROW[:2], "很久", *ROW[3:]]
    if name.endswith("xlsx"):
        write_workbook(settings.inbox_dir / "survey_response" / name, {"Sheet1": [HEADER, ROW, broken]})
    else:
        short = ",".join(PERSON).encode()
        deliver("survey_response", name, delimited(HEADER, [ROW, broken]) + short + b"\n")
    rows = landed(settings)
    assert len(rows) >= 2
    assert [secret for secret in SECRETS if secret in repr(rows)] == []
    assert {path.name for path in settings.home_dir.rglob("*.key")} == {"pseudonym.key"}


def test_personal_questions_are_named_and_their_answers_are_not_kept(settings: Settings, deliver: Deliver) -> None:
    deliver("survey_response", "a_1_1.csv", delimited(HEADER, [ROW]))
    [entry] = ingest_source(CONTRACT, settings, lambda message: None).present
    assert entry.unmatched_headers == ("3、您的姓名", "4、联系电话")


@pytest.mark.skipif(not REAL, reason="the real export is not beside the project")
def test_the_real_export_lands_whole(settings: Settings) -> None:
    [export] = REAL
    path = settings.inbox_dir / "survey_response" / export.name
    path.parent.mkdir()
    path.write_bytes(export.read_bytes())
    [entry] = ingest_source(CONTRACT, settings, lambda message: None).present
    assert (entry.rows_read, entry.rows_unfit, entry.unmatched_headers) == (800, 0, ())
    [(questions, least, most)] = landed_rows(
        settings, "survey_response", "max(questionnaire), min(len(answers)), max(len(answers))"
    )
    assert (questions, least, most) == ("800", 8, 8)
