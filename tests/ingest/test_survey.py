"""Exports of wjx.cn: answers of both forms land with their questions, and nothing of the person behind them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.dry_run import check_path
from pipelines.ingest.source import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import delimited, landed_rows, write_workbook

Deliver = Callable[[str, str, bytes], Path]
CONTRACT = load_contracts()["survey_response"]
CONTRACT_COLUMNS = {column.header: column.name for column in CONTRACT.columns}
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
        {"header": "5、意见", "cell": "▇"},
    ]


@pytest.mark.parametrize(
    ("delivered", "kept"),
    [
        ("满意", "满意"),
        ("查阅信息┋在线办事", "查阅信息┋在线办事"),
        ("查阅信息┋其他〖王小明〗┋在线办事〖找王小明〗", "查阅信息┋▇┋在线办事"),
        ("2", "2"),
        ("-3", "-3"),
        ("（空）", "（空）"),
        ("13800138000", "▇"),
        ("我叫王小明", "▇"),
    ],
)
def test_only_listed_answers_land(settings: Settings, deliver: Deliver, delivered: str, kept: str) -> None:
    deliver("survey_response", "a_1_1.csv", delimited(["序号", "1、怎么样"], [["1", delivered]]))
    ingest_source(CONTRACT, settings, lambda message: None)
    [(answers,)] = landed_rows(settings, "survey_response", "answers")
    assert answers == [{"header": "1、怎么样", "cell": kept}]


def test_an_option_that_is_added_lets_its_answers_land_at_the_next_look(settings: Settings, deliver: Deliver) -> None:
    deliver("survey_response", "a_1_1.csv", delimited(["序号", "1、怎么样"], [["1", "马马虎虎"]]))
    ingest_source(CONTRACT, settings, lambda message: None)
    answers = CONTRACT.column("answers")
    longer = answers.model_copy(update={"listed_texts": (*answers.listed_texts, "马马虎虎")})
    columns = tuple(longer if column is answers else column for column in CONTRACT.columns)
    ingest_source(CONTRACT.model_copy(update={"columns": columns}), settings, lambda message: None)
    [(landed_answers,)] = landed_rows(settings, "survey_response", "answers")
    assert landed_answers == [{"header": "1、怎么样", "cell": "马马虎虎"}]


@pytest.mark.parametrize(
    "header",
    [
        "6、运动",
        "6.运动",
        "6．运动",
        "6(运动)",
        "6：运动",
        "6 运动",
        "第6题(运动)",
        "第6题：运动",
        "第 6 题",
        "Q6",
        "Q6(运动)",
        "Q6_运动",
        "6、",
    ],
)
def test_a_question_is_known_however_it_is_numbered(settings: Settings, deliver: Deliver, header: str) -> None:
    deliver("survey_response", "a_1_1.csv", delimited(["序号", header], [["1", "满意"]]))
    [entry] = ingest_source(CONTRACT, settings, lambda message: None).present
    [(answers,)] = landed_rows(settings, "survey_response", "answers")
    assert (answers, entry.unmatched_headers) == ([{"header": header, "cell": "满意"}], ())


@pytest.mark.parametrize("header", ["您对网站满意吗", "题目六", "（6）运动", "办事方便吗?", "[6]运动"])
def test_a_question_that_nothing_reads_is_as_loud_as_a_bad_row(
    settings: Settings, deliver: Deliver, header: str
) -> None:
    path = deliver("survey_response", "a_1_1.csv", delimited(["序号", "1、甲", header], [["1", "满意", "满意"]]))
    said: list[str] = []
    ingest_source(CONTRACT, settings, said.append)
    [check] = check_path(path, "survey_response", settings.edition, threads=1)
    assert (check.lost, check.is_fit, check.rows_quarantined) == ((header,), False, 0)
    assert [line for line in said if "1 columns look like questions, and nothing reads them" in line]


def test_other_columns_of_a_questionnaire_are_no_questions(settings: Settings, deliver: Deliver) -> None:
    header = ["编号", "开始答题时间", "结束答题时间", "清洗状态", "地理位置省", "1.总体满意吗", "2.您的姓名"]
    row = ["1", "2017-09-01 11:58:00", "2017-09-01 12:00:00", "有效", "北京", "满意", "王小明"]
    path = deliver("survey_response", "a_1_1.csv", delimited(header, [row]))
    [check] = check_path(path, "survey_response", settings.edition, threads=1)
    assert (check.lost, check.is_fit, check.gathered) == ((), True, ("1.总体满意吗",))


@pytest.mark.parametrize("header", ["所用时间", "提交答卷时间", "序号", "对象编码", "总分"])
def test_a_value_where_it_does_not_belong_is_neither_landed_nor_shown(
    settings: Settings, deliver: Deliver, header: str
) -> None:
    cells = {"序号": "1", "1、怎么样": "满意", header: "13800138000"}
    deliver("survey_response", "a_1_1.csv", delimited(list(cells), [list(cells.values())]))
    rows = landed(settings)
    assert "13800138000" not in repr(rows)
    [(reasons,)] = landed_rows(settings, "survey_response", "list_transform(rejections, lambda each: each.column_name)")
    assert reasons == [CONTRACT_COLUMNS[header]]


def test_a_file_without_headers_is_refused_without_repeating_its_cells(settings: Settings, deliver: Deliver) -> None:
    deliver("survey_response", "a_1_1.csv", delimited(PERSON[2:4], [["李小红", "13800138001"]]))
    with pytest.raises(DeliveryError) as refused:
        ingest_source(CONTRACT, settings, lambda message: None)
    assert "required column missing: respondent_number (序号); headers found: 2, not shown" in str(refused.value)
    assert [secret for secret in SECRETS if secret in str(refused.value)] == []


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.1(北京-北京)", "北京"),
        ("2001:db8::1（浙江-杭州）", "浙江"),
        ("10.0.0.1", None),
        ("内网 10.0.0.1(北京-北京)", None),
        ("10.0.0.1, 10.0.0.2(北京-北京)", None),
    ],
)
def test_of_an_address_only_the_province_stays(
    settings: Settings, deliver: Deliver, address: str, place: str | None
) -> None:
    deliver("survey_response", "a_1_1.csv", delimited(["序号", "来自IP", "1、甲"], [["1", address, "满意"]]))
    ingest_source(CONTRACT, settings, lambda message: None)
    assert landed_rows(settings, "survey_response", "address_place, rejections") == [(place, None)]
    assert "10.0.0" not in repr(landed(settings))


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
