"""An edition of a few units, made so that each rule of the awards decides one title."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines.reference.rows import seed_path
from pipelines.settings import Settings
from tests.fixtures.award_reference import Row
from tests.fixtures.composing import Composition, deliver_values, framework, node, rewrite, write_seeds
from tests.fixtures.deliveries import delimited, deliver

EDITION = 2017
UNITS = pl.DataFrame(
    {
        "unit": ["A", "B", "C", "D", "N", "V"],
        "skill": [90.0, 80.0, 80.0, 70.0, None, 95.0],
        "one": [90.0, 80.0, 70.0, None, None, None],
        "two": [90.0, 60.0, 70.0, None, None, None],
        "alive": [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
        "told": [1.0, None, None, None, None, None],
    }
)
CLASSES = {"A": "x", "B": "x", "C": "x", "D": "x", "N": "y", "V": "x"}
INDICES = Composition(
    frameworks=[framework("skill"), framework("rubric")],
    nodes=[
        node("skill", "skill"),
        node("skill", "skill.given", "skill", measure_code="external.skill", normalisation="given"),
        node("rubric", "rubric", aggregation="rubric", weight=100),
        node("rubric", "rubric.points", "rubric", measure_code="external.skill", normalisation="given", weight=100),
        node(
            "rubric", "rubric.alive", "rubric", measure_code="external.alive", normalisation="goalposts",
            goal_low=0, goal_high=1, is_veto="true", weight=0,
        ),
        node(
            "rubric", "rubric.told", "rubric", measure_code="external.told", normalisation="goalposts",
            goal_low=0, goal_high=1, is_veto="true", weight=0, name_zh="按时答复", name_en="Answers in time",
        ),
    ],
    bands=[],
)  # fmt: skip
RULE: Row = {
    "edition": EDITION, "series_code": "series1", "stage": 1, "subject_kinds": "unit", "site_roles": "*",
    "levels": "*", "systems": "*", "scope_zh": "单位", "scope_en": "units", "classed_by": "*",
    "self_nomination_min": 0, "expert_nomination_min": 0, "nomination_min": 1, "reviewer_min": 0,
    "respondent_min": 0, "coverage_min": 0.5, "tie_rule": "share", "tied_within": 0.000001, "approval_rule": "none",
    "origin": "own_design", "reasoning_zh": "测试", "reasoning_en": "a test", "method": "a test",
}  # fmt: skip
RULES: dict[str, Row] = {
    "share": {},
    "missing": {"tie_rule": "none"},
    "parted": {"tie_rule": "by_input", "tie_input_code": "two"},
    "panel": {
        "approval_rule": "unanimous", "reviewer_min": 2, "expert_nomination_min": 1, "veto_index_code": "rubric",
    },
    "evidence": {"self_nomination_min": 1},
    "classes": {"classed_by": "level"},
    "appealed": {},
    "corrected": {},
    "target": {},
    "reviewed": {},
    "recused": {"approval_rule": "unanimous"},
    "after": {"series_code": "series2", "stage": 2},
}  # fmt: skip
QUOTAS = {"share": 2, "missing": 2, "parted": 2, "panel": 2, "evidence": 3}
# Title, kind of nominator, nominator, unit, name the nomination gives it.
NOMINATIONS = [
    *[
        (title, "自荐", f"单位{unit}", unit, f"单位{unit}")
        for title in ("share", "missing", "parted")
        for unit in "ABC"
    ],
    *[("panel", "专家推荐", "E1", unit, f"单位{unit}") for unit in "VABCD"],
    ("panel", "专家推荐", "E2", "A", "单位A"),
    ("evidence", "自荐", "单位A", "A", "单位A"),
    ("evidence", "自荐", "单位C", "C", "单位C"),
    ("evidence", "专家推荐", "E1", "B", "单位B"),
    ("classes", "自荐", "单位A", "A", "单位A"),
    ("classes", "专家推荐", "E1", "A", "单位甲（旧名）"),
    ("classes", "自荐", "单位B", "B", "单位B"),
    ("classes", "自荐", "单位N", "N", "单位N"),
    *[("appealed", "自荐", f"单位{unit}", unit, f"单位{unit}") for unit in "AB"],
    ("corrected", "自荐", "单位D", "D", "单位D"),
    *[("reviewed", "自荐", f"单位{unit}", unit, f"单位{unit}") for unit in "AB"],
    ("recused", "自荐", "单位A", "A", "单位A"),
    *[("after", "自荐", f"单位{unit}", unit, f"单位{unit}") for unit in "AB"],
    ("没有的奖", "自荐", "单位A", "A", "单位A"),
]
# Title, expert, unit, criterion, score, whether the expert would give the title; nothing where the expert recused.
REVIEWS: list[tuple[str, str, str, str, float | None, str]] = [
    *[("panel", expert, "V", "k", 90.0, "是") for expert in ("E1", "E2", "E3")],
    ("panel", "E1", "A", "k", 88.0, "是"),
    ("panel", "E2", "A", "k", None, ""),
    ("panel", "E3", "A", "k", 84.0, "是"),
    ("panel", "E1", "B", "k", 80.0, "是"),
    ("panel", "E2", "B", "k", 40.0, "否"),
    ("panel", "E3", "B", "k", 78.0, "是"),
    ("panel", "E1", "D", "k", 70.0, "是"),
    ("panel", "E2", "D", "k", None, ""),
    ("panel", "E1", "C", "k", 86.0, "是"),
    ("panel", "E2", "C", "k", 84.0, ""),
    ("reviewed", "E1", "A", "r", 80.0, ""),
    ("reviewed", "E2", "A", "r", 60.0, ""),
    ("reviewed", "E1", "B", "r", 60.0, ""),
    ("reviewed", "E2", "B", "r", 50.0, ""),
    ("recused", "E1", "A", "k", 30.0, "否"),
    ("recused", "E2", "A", "k", 90.0, "是"),
]
APPEAL_HEADER = [
    "案件编号", "提出日期", "申诉主张", "决定", "决定日期", "效果", "系列", "奖项", "对象类别", "对象编码",
    "所涉推荐人", "评审指标", "更正栏", "原值", "更正值",
]  # fmt: skip
# Case, decision, effect, title, unit, party, criterion, corrected cell, expected and new value.
APPEALS = [
    ("S1", "成立", "取消获奖", "appealed", "A", "", "", "", "", ""),
    ("S2", "成立", "更正推荐", "corrected", "D", "单位D", "", "奖项", "corrected", "target"),
    ("S3", "成立", "更正评分", "reviewed", "B", "E1", "r", "", "60", "99"),
    ("S4", "成立", "专家回避", "recused", "A", "E1", "", "", "", ""),
    ("S5", "不成立", "取消获奖", "share", "A", "", "", "", "", ""),
    ("S6", "未决", "取消获奖", "share", "A", "", "", "", "", ""),
    ("S7", "成立", "更正评分", "panel", "A", "E1", "k", "", "12", "99"),
]


def write_rules(folder: Path, rules: dict[str, Row], quotas: dict[str, int], *, excludes: bool) -> None:
    """Put the titles of the test in place of the edition's, in a folder of seeds."""
    titled = {title: {**RULE, "title_code": title, **cells} for title, cells in rules.items()}
    codes = {
        title: {key: row[key] for key in ("edition", "series_code", "title_code")} for title, row in titled.items()
    }
    own = {"origin": "own_design", "reasoning_zh": "测试", "reasoning_en": "a test"}
    rewrite(seed_path(folder, "award_rules"), titled.values())
    rewrite(
        seed_path(folder, "award_titles"),
        [
            {**code, "title_order": order, "short_name_zh": f"简称{title}", "name_zh": f"奖项{title}", "name_en": title}
            for order, (title, code) in enumerate(codes.items(), start=1)
        ],
    )
    rows = [{**code, "class_name_zh": "组", "class_name_en": "class", **own} for code in codes.values()]
    rewrite(
        seed_path(folder, "award_quotas"),
        [
            {**row, "rank_class": rank_class, "quota": quotas.get(row["title_code"], 1)}
            for row in rows
            for rank_class in (("x", "y", "z") if row["title_code"] == "classes" else ("all",))
        ],
    )
    rewrite(
        seed_path(folder, "award_inputs"),
        [{**code, **own, **cells} for code in codes.values() for cells in _inputs(code)],
    )
    excluded = {**codes["after"], "excluding_series_code": "series1", "excluding_title_code": "panel", **own}
    rewrite(seed_path(folder, "award_exclusions"), [excluded] if excludes else [])


def _inputs(code: Row) -> list[Row]:
    kinds: dict[str, list[Row]] = {
        "parted": [
            {"input_code": name, "input_kind": "measure", "value_code": f"external.{name}"} for name in ("one", "two")
        ],
        "reviewed": [{"input_code": "r", "input_kind": "adjusted_review", "value_code": "r"}],
    }
    index = {"input_code": "skill", "input_kind": "index", "index_code": "skill", "value_code": "skill"}
    names = {"name_zh": "输入", "name_en": "input", "systems": "*", "weight": 50}
    chosen = kinds.get(code["title_code"], [index])
    return [{**names, **cells} for cells in chosen]


def craft(folder: Path) -> Settings:
    """A home, seeds and an inbox with everything but the appeals."""
    settings = Settings(
        home=folder / "home", inbox=folder / "inbox", edition=EDITION, seeds=write_seeds(folder / "seeds", INDICES)
    )
    write_rules(settings.seeds_dir, RULES, QUOTAS, excludes=True)
    deliver_values(settings.inbox_dir, UNITS, CLASSES)
    _put(
        settings,
        "nomination",
        ["推荐系列", "奖项", "推荐方式", "推荐人", "对象类别", "对象编码", "对象名称", "推荐日期"],
        [
            [_series(title), title, kind, who, "参评单位", unit, name, "2017-08-20"]
            for title, kind, who, unit, name in NOMINATIONS
        ],
    )
    _put(
        settings,
        "expert_review",
        ["评审系列", "奖项", "专家编号", "对象类别", "对象编码", "评审指标", "评分", "是否回避", "是否推荐",
         "评审日期"],
        [
            [_series(title), title, expert, "参评单位", unit, criterion, "" if score is None else f"{score}",
             "是" if score is None else "否", word, "2017-10-12"]
            for title, expert, unit, criterion, score, word in REVIEWS
        ],
    )  # fmt: skip
    wins = [("A", 2015), ("A", 2016), ("B", 2014), ("B", 2017)]
    history = [[f"{year}", "1", "简称share", "参评单位", unit] for unit, year in wins]
    history.append(["2016", "1", "不再设的奖", "参评单位", "A"])
    _put(settings, "award_history", ["年度", "系列", "奖项", "对象类别", "对象编码"], history)
    citation = [["1", "奖项missing", "参评单位", "A", "编辑所撰理由。"], ["1", "share", "参评单位", "D", "没有获奖。"]]
    _put(settings, "citation", ["系列", "奖项", "对象类别", "对象编码", "获奖理由"], citation)
    return settings


def change(settings: Settings) -> None:
    """Flip one cell of a rule each (quota, exclusion, unanimity, evidence), and deliver the appeals."""
    changed = {**RULES, "panel": {**RULES["panel"], "approval_rule": "majority"}, "evidence": {}}
    write_rules(settings.seeds_dir, changed, {**QUOTAS, "missing": 1}, excludes=False)
    rows = [
        [case, "2017-11-06", "主张", decision, "" if decision == "未决" else "2017-11-20", effect, "1", title,
         "参评单位", unit, *rest]
        for case, decision, effect, title, unit, *rest in APPEALS
    ]  # fmt: skip
    _put(settings, "appeal", APPEAL_HEADER, rows)


def _series(title: str) -> str:
    return "2" if title == "after" else "1"


def _put(settings: Settings, source: str, header: Sequence[str], rows: list[list[str]]) -> None:
    deliver(settings.inbox_dir, source, f"{source}.csv", delimited(header, rows))
