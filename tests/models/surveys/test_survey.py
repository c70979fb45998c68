"""From exports of a questionnaire to what is published of it, through landing and every model."""

import shutil
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from pipelines.example import ExampleOptions, write_example
from pipelines.reference.rows import seed_path
from pipelines.settings import PROJECT_ROOT, SEEDS_DIR, Settings
from tests.fixtures.deliveries import delimited, deliver
from tests.fixtures.warehouse import build_tables, ingest, rows_of

REAL = sorted((PROJECT_ROOT.parent / "shared" / "data" / "survey").glob("*.xls"))
EDITION = 2017
QUESTIONNAIRE = "网民体验调查"
TABLES = (
    "audit.quarantine",
    "audit.row_balance",
    "core.fct_survey_hygiene",
    "core.fct_survey_option",
    "core.fct_survey_score",
)
META = ["序号", "所用时间", "来自IP"]
SCALES = ["1、内容", "2、办事", "3、互动", "4、设计", "5、选一般"]
TEXTS = ("非常满意", "满意", "一般", "不满意", "非常不满意")
SERVICES = ("查阅信息", "在线办事", "咨询投诉", "下载表格")
CAREFUL = [1, 2, 1, 2, 3]
Choices = list[int]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A small edition whose sites are registered and of which nobody was asked."""
    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", edition=EDITION)
    write_example(settings.inbox_dir, ExampleOptions(sites=60, crawled=10, pages=4), lambda message: None)
    for path in (settings.inbox_dir / "survey_response").iterdir():
        path.unlink()
    return settings


def site(settings: Settings) -> str:
    registry = fastexcel.read_excel(settings.inbox_dir / "site_registry" / "网站登记表.xlsx")
    return str(registry.load_sheet(0, header_row=2, dtypes="string").to_polars()["网站标识码"][0])


def meta(number: int, seconds: int = 100, host: int | None = None) -> list[str]:
    return [str(number), f"{seconds}秒", f"10.0.0.{host or number}(北京-北京)"]


def by_text(number: int, choices: Choices, used: Choices) -> list[str]:
    return [*meta(number), *(TEXTS[choice - 1] for choice in choices), "┋".join(SERVICES[n - 1] for n in used)]


def by_number(number: int, choices: Choices, used: Choices) -> list[str]:
    return [*meta(number), *map(str, choices), *(str(int(n in used)) for n in range(1, 5))]


def put(settings: Settings, name: str, header: list[str], rows: list[list[str]]) -> None:
    deliver(settings.inbox_dir, "survey_response", name, delimited(header, rows, encoding="gb18030"))


def shown(settings: Settings, table: str, columns: list[str], **wanted: str) -> list[tuple[object, ...]]:
    frame = rows_of(settings, table).filter(pl.lit(value=True), **wanted)
    return frame.select(columns).sort(columns).rows()


def test_both_forms_of_an_export_give_the_same_and_a_new_question_is_a_row(settings: Settings) -> None:
    """The eighth question, of which agreement is bad, stands nowhere but in its row and in its column."""
    subject = site(settings)
    added = f"{EDITION},{QUESTIONNAIRE},8,-,scale,experience.speed,satisfaction,true,,网站是否太慢,Whether it is slow\n"
    with_seeds = settings.for_run(seeds=shutil.copytree(SEEDS_DIR, settings.home_dir.with_name("seeds")))
    with seed_path(with_seeds.seeds_dir, "survey_questions").open("a", encoding="utf-8") as seed:
        seed.write(added)
    answers = [(number, CAREFUL if number % 2 else [2, 1, 3, 2, 3], [1, 2]) for number in range(1, 13)]
    header = [*META, *SCALES, "7、用过(多选)", "8、太慢"]
    put(settings, f"{QUESTIONNAIRE}_{subject}_6.csv", header, [[*by_text(*answer), "满意"] for answer in answers[:6]])
    wide = [*META, *SCALES, *(f"7({service})" for service in SERVICES), "8、太慢"]
    put(settings, f"{QUESTIONNAIRE}_{subject}_7.csv", wide, [[*by_number(*answer), "2"] for answer in answers[6:]])
    ingest(with_seeds)
    build_tables(with_seeds, *TABLES)
    assert shown(with_seeds, "core.fct_survey_option", ["option_text", "chosen_share"], question_number="7") == sorted(
        [(service, share) for service, share in zip(SERVICES, [1.0, 1.0, 0.0, 0.0], strict=True)] * 2
    )
    scores = shown(with_seeds, "core.fct_survey_score", ["measure", "respondent_count", "mean_score"])
    assert scores[0] == ("experience.content", 12, 87.5)
    assert scores[-1] == ("experience.speed", 12, 25)
    assert {count for _, count, _ in scores} == {12}
    told = shown(with_seeds, "core.fct_survey_option", ["name_zh", "name_en", "chosen_count"], question_number="8")
    assert ("网站是否太慢", "Whether it is slow", 12) in told


def test_careless_answers_are_counted_and_not_scored(settings: Settings) -> None:
    subject = site(settings)
    careful = [[*meta(number), *map(str, CAREFUL)] for number in range(1, 9)]
    careless = [
        [*meta(9, seconds=5), *map(str, CAREFUL)],
        [*meta(10, seconds=29), *map(str, CAREFUL)],
        [*meta(11, seconds=60), "4", "4", "4", "4", "3"],
        [*meta(12, host=1), *map(str, CAREFUL)],
        [*meta(13), "1", "2", "1", "2", "5"],
        # The first of its address is thrown out, and throws out no other; and who took time means it.
        [*meta(14, seconds=300, host=9), "1", "1", "1", "1", "3"],
    ]
    put(settings, f"{QUESTIONNAIRE}_{subject}_1.csv", [*META, *SCALES], careful + careless)
    ingest(settings)
    build_tables(settings, *TABLES)
    counts = dict(shown(settings, "core.fct_survey_hygiene", ["rule_code", "respondent_count"]))
    assert counts == {
        "answered": 14,
        "too_fast": 2,
        "straight_lined": 1,
        "duplicate_address": 1,
        "failed_trap": 1,
        "kept": 9,
    }
    scores = shown(settings, "core.fct_survey_score", ["measure", "respondent_count", "mean_score"])
    assert scores[0] == ("experience.content", 9, 100.0)


def test_who_names_no_subject_is_counted_in_the_total_and_a_repeated_export_once(settings: Settings) -> None:
    rows = [[*meta(number), *map(str, CAREFUL)] for number in range(1, 9)]
    put(settings, "没有登记的问卷_1.csv", [*META, "1、怎么样"], [[*meta(1), "好"]])
    put(settings, f"{QUESTIONNAIRE}_一.csv", [*META, *SCALES], rows[:6])
    put(settings, f"{QUESTIONNAIRE}_二.csv", [*META, *SCALES], rows)
    ingest(settings)
    build_tables(settings, *TABLES)
    reasons = shown(settings, "audit.quarantine", ["reason_code", "rejected_value"], source="survey_response")
    assert reasons == [("duplicate_key", QUESTIONNAIRE)] * 6 + [("unknown_reference", "没有登记的问卷")]
    totals = shown(settings, "core.fct_survey_option", ["option_number", "chosen_count"], question_number="1")
    assert totals == [(1, 8), (2, 0), (3, 0), (4, 0), (5, 0)]
    assert rows_of(settings, "core.fct_survey_score").is_empty()


@pytest.mark.skipif(not REAL, reason="the real export is not beside the project")
def test_the_real_export_is_accounted_for(settings: Settings) -> None:
    [export] = REAL
    deliver(settings.inbox_dir, "survey_response", export.name, export.read_bytes())
    ingest(settings)
    build_tables(settings, *TABLES)
    balance = ["rows_read", "rows_quarantined", "rows_loaded", "is_balanced"]
    assert shown(settings, "audit.row_balance", balance, source="survey_response") == [(800, 800, 0, True)]
    assert set(shown(settings, "audit.quarantine", ["column_name", "reason_code"], source="survey_response")) == {
        ("questionnaire", "unknown_reference")
    }
