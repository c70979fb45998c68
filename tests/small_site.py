"""A small release with every kind of table the site knows, each of a few rows, for the tests of pages and files."""

import csv
from typing import Any

from pipelines.assets.candidate import PUBLISHED
from pipelines.settings import SEEDS_DIR
from tests.small_release import (
    CELL_TYPES,
    FIGURE_TYPES,
    STOCK,
    TABLE_TYPES,
    Tables,
    example_tables,
    seeded_trend_tables,
)

EDITION = 2017
PROVINCES = ("110000", "120000", "130000", "330000", "520000", "650000")
INSPECTIONS, FUSION = "trend_2_site_inspection", "trend_4_channel_fusion"
LEVELS = ("central_department", "province", "key_city", "prefecture", "county")
NAUGHTY = (
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://example.invalid\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd",
    "\"><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %}",
    "\u202eمرحبا\u202c 𫚔鱼 👩\u200d👧 Ω≈ç√",
    "&lt;b&gt;&amp;]]></title></style>",
    "_x0041_ 甲\u200b乙",
    "<r><t>rich</t></r>",
)  # fmt: skip


def table(rows: list[dict[str, Any]], **types: str) -> tuple[dict[str, str], list[tuple[object, ...]]]:
    """Types and rows of a table whose columns have the types of their values; given types go before."""
    kinds = {bool: "boolean", int: "bigint", float: "double", str: "varchar"}
    names = list(rows[0])
    found = {
        name: types.get(name) or next((kinds[type(row[name])] for row in rows if row[name] is not None), "varchar")
        for name in names
    }
    return found, [tuple(row[name] for name in names) for row in rows]


def site_tables(names: tuple[str, ...] = ()) -> Tables:
    """Every table the site knows, with all its published columns; subjects bear the given names, or plain ones."""
    subjects = list(names) or [f"第{number}号门户网站（示例）" for number in range(1, 12)]
    tables = _known_tables(subjects)
    return {name: _whole(name, *found) for name, found in tables.items()}


def _whole(
    name: str, types: dict[str, str], rows: list[tuple[object, ...]]
) -> tuple[dict[str, str], list[tuple[object, ...]]]:
    """A table with the columns that its rows leave out, empty."""
    declared = {
        column.name: column.data_type for spec in PUBLISHED if spec.full_name == name for column in spec.columns
    }
    missing = {column: kind for column, kind in declared.items() if column not in types}
    return {**types, **missing}, [(*row, *(None for _ in missing)) for row in rows]


def _known_tables(subjects: list[str]) -> Tables:
    return {
        **example_tables(figures()),
        "core.dim_edition_fact": table(_facts(), edition="integer", fact_order="integer"),
        "core.dim_notice_sentence": table(
            _seed("notice_sentences"), edition="integer", paragraph="integer", sentence_order="integer"
        ),
        "core.dim_province_tile": table(_seed("province_tiles"), tile_row="integer", tile_column="integer"),
        "core.fct_method_evidence": _evidence(),
        "core.dim_subject": _subjects(subjects),
        "core.fct_robot": table(
            [
                {"edition": EDITION, "subject_id": f"website:{n}", "accuracy_share": n / 11, "is_synthetic": True}
                for n in range(1, 9)
            ]
        ),
        "indices.dim_framework_node": _nodes(),
        "indices.idx_rank": _ranks(len(subjects)),
        "indices.idx_rank_interval": _intervals(len(subjects)),
        "indices.idx_top_chance": table(
            [
                {
                    "edition": EDITION, "index_code": "influence", "subject_id": f"website:{n}", "top_count": top,
                    "chance": 1 / (n + top), "is_synthetic": True,
                }
                for n in range(1, len(subjects) + 1)
                for top in (3, 10)
            ]
        ),
        "trends.trend_cell": table([*_stock(), *_inspections(), *_fusion()]),
        "trends.trend_table": (TABLE_TYPES, seeded_trend_tables("trend_2_site_stock", INSPECTIONS, FUSION)),
        "trends.official_series": _official(),
        "trends.claim": _claims(subjects[0]),
        **_awards(subjects),
    }  # fmt: skip


def _seed(name: str) -> list[dict[str, Any]]:
    with (SEEDS_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def figures() -> list[tuple[object, ...]]:
    """Every figure of the edition as published; the one on policies wants its input."""
    rows = []
    for seed in (row for row in _seed("figures") if row["edition"] == str(EDITION)):
        is_missing = seed["figure_id"] == "trend2.policy_share"
        published = float(seed["published_value"]) if seed["published_value"] else None
        row = {
            **seed, "numerator": None, "denominator": None, "computed": None if is_missing else published or 7.0,
            "published": published, "verdict": _verdict(published, is_missing=is_missing), "difference": None,
            "missing_input": "consolidation_policy" if is_missing else None, "is_synthetic": True,
        }  # fmt: skip
        rows.append(tuple(row[name] or (None if row[name] == "" else row[name]) for name in FIGURE_TYPES))
    return rows


def _verdict(published: float | None, *, is_missing: bool) -> str:
    if is_missing:
        return "not_computable"
    return "unpublished" if published is None else "agrees"


def _facts() -> list[dict[str, Any]]:
    """The facts of the seed, and the one a model computes."""
    facts = _seed("edition_facts")
    first = next(fact for fact in facts if fact["fact_code"] == "first_year")
    count = str(EDITION - int(first["text_zh"]) + 1)
    return [*facts, {**first, "fact_code": "consecutive_years", "fact_order": "5", "text_zh": count, "text_en": count}]


def _evidence() -> tuple[dict[str, str], list[tuple[object, ...]]]:
    rows = [
        {"edition": EDITION, **row, "row_count": 0 if row["source"] == "account_post" else 1234, "is_synthetic": True}
        for row in _seed("evaluation_methods")
    ]
    return table(rows, method_order="integer", evidence_order="integer")


def _subjects(names: list[str]) -> tuple[dict[str, str], list[tuple[object, ...]]]:
    return table(
        [
            {
                "edition": EDITION, "subject_id": f"website:{number}", "subject_kind": "website", "subject_name": name,
                "province_code": PROVINCES[number % len(PROVINCES)], "level": "county", "is_synthetic": True,
            }
            for number, name in enumerate(names, start=1)
        ]
    )  # fmt: skip


def _nodes() -> tuple[dict[str, str], list[tuple[object, ...]]]:
    def node(
        code: str, parent: str | None, order: int, zh: str, en: str, *, is_leaf: bool, is_veto: bool = False
    ) -> dict[str, Any]:
        return {
            "edition": EDITION, "index_code": "influence", "index_name_zh": "党务政务网站影响力指数",
            "index_name_en": "Influence of sites", "node_code": code, "parent_code": parent, "node_order": order,
            "name_zh": zh, "name_en": en, "is_leaf": is_leaf, "weight_share": None if parent is None else 0.5,
            "aggregation": None if is_leaf else "arithmetic", "normalisation": "given" if is_leaf else None,
            "measure_code": "crawl.dead_link_share" if is_leaf else None, "is_veto": is_veto, "origin": "own_design",
            "reasoning_zh": "分值为本系统自定", "reasoning_en": "Points are ours", "source": None,
        }  # fmt: skip

    return table(
        [
            node("influence", None, 1, "影响力指数", "Influence index", is_leaf=False),
            node("influence.reach", "influence", 2, "互联网影响力", "Reach", is_leaf=True),
            node("influence.veto", "influence", 3, "站点无法访问", "Site unreachable", is_leaf=True, is_veto=True),
        ],
        weight_share="double",
    )


def _ranks(count: int) -> tuple[dict[str, str], list[tuple[object, ...]]]:
    rows = [
        {
            "edition": EDITION, "index_code": "influence", "subject_id": f"website:{number}", "rank_class": "county",
            "index_score": 95.5 - 7 * number, "coverage": 0.9, "subject_rank": number, "tied_count": 1,
            "ranked_count": count, "null_reason": None, "is_synthetic": True,
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
    rows.append(
        {
            **rows[0],
            "subject_id": "website:99",
            "index_score": None,
            "subject_rank": None,
            "tied_count": None,
            "null_reason": "too_little_evidence",
        }
    )
    return table(rows)


def _intervals(count: int) -> tuple[dict[str, str], list[tuple[object, ...]]]:
    shared = {"edition": EDITION, "index_code": "influence", "rank_class": "county", "is_synthetic": True}
    rows = [
        {**shared, "subject_id": f"website:{n}", "rank_p05": max(1, n - 2), "rank_p50": n, "rank_p95": n + 2}
        for n in range(1, count + 1)
    ]
    return table(rows)


def _cell(
    trend_table: str, measure: str, breakdown: str, code: str, zh: str, en: str, numerator: int, denominator: int
) -> dict[str, Any]:
    value = numerator / denominator
    return {
        "edition": EDITION, "trend_table": trend_table, "measure": measure, "breakdown": breakdown,
        "group_code": code, "group_name_zh": zh, "group_name_en": en, "numerator": numerator,
        "denominator": denominator, "value": value, "interval_low": max(0.0, value - 0.03),
        "interval_high": min(1.0, value + 0.03), "is_synthetic": True,
    }  # fmt: skip


def _stock() -> list[dict[str, Any]]:
    rows = [dict(zip(CELL_TYPES, row, strict=True)) for row in STOCK]
    return [{**row, "interval_low": None, "interval_high": None} for row in rows]


def _inspections() -> list[dict[str, Any]]:
    tiers = (
        ("local_self_check", "地方自查", "Local self-check"),
        ("central_sample", "国办抽查", "Central random sample"),
    )
    rows = [
        _cell(INSPECTIONS, "pass_share", "period_tier", f"2017Q{quarter}:{tier}", zh, en, 90 + quarter, 100)
        for quarter in (1, 2, 3)
        for tier, zh, en in tiers
    ]
    provinces = [
        _cell(INSPECTIONS, "pass_share", "province", code, f"省{code}", f"P{code}", 80 + place, 100)
        for place, code in enumerate(PROVINCES)
    ]
    return [*rows, *provinces]


def _fusion() -> list[dict[str, Any]]:
    measures = ("fused_share", "weibo_share", "wechat_share", "app_share")
    return [
        _cell(FUSION, measure, "level", level, level, level, 10 * (place + 1), 60)
        for measure in measures
        for place, level in enumerate(LEVELS)
    ]


def _official() -> tuple[dict[str, str], list[tuple[object, ...]]]:
    return table(
        [
            {
                "fact_id": f"site_stock.{day}.all", "series_code": "site_stock", "series_order": 4,
                "series_name_zh": "网站存量", "series_name_en": "Stock of sites", "as_of": day, "group_code": "all",
                "group_name_zh": "全国", "group_name_en": "China", "value": value, "unit": "sites",
                "tier": "stock_notice", "document_number": "国办函〔2017〕1号", "document_title_zh": "通报",
                "document_title_en": "Notice", "confidence": "high", "note_zh": None, "note_en": None,
            }
            for day, value in (("2016-12-31", 46333.0), ("2017-03-01", 43143.0), ("2017-09-01", 29431.0))
        ]
    )  # fmt: skip


def _claims(quote: str) -> tuple[dict[str, str], list[tuple[object, ...]]]:
    return table(
        [
            {
                "edition": EDITION, "claim_id": f"T{number}", "claim_order": number, "section": "trend2",
                "what": "running sites", "value": "29431", "unit": "sites", "quote": quote, "computed": 29431.0,
                "verdict": "agrees", "missing_input": None, "rule_zh": "与数字相同", "rule_en": "the same as a figure",
                "is_synthetic": True,
            }
            for number in range(1, 4)
        ]
    )  # fmt: skip


def _awards(names: list[str]) -> Tables:
    def of_series(number: int) -> dict[str, Any]:
        return {"edition": EDITION, "series_code": f"series{number}", "title_code": "all"}

    rule = {"rule_zh": "名额：3；同分并列入选。", "rule_en": "Places: 3; ties share."}
    series_names = (
        "最具影响力党务政务网站",
        "创新型平台",
        "领先奖",
        "优秀奖",
        "外文版",
        "最具影响力新媒体",
        "优秀新媒体",
    )
    titles = [
        {
            **of_series(number), "series_number": number, "title_order": 1, "announced_name_zh": f"2017年度中国{name}",
            "body_name_zh": f"2017年度{name}" if number == 2 else None, "series_name_en": f"Series {number}",
            "title_name_zh": f"2017年度中国{name}", "title_name_en": f"Title {number}", **rule,
            "reasoning_zh": None, "reasoning_en": "Ours",
        }
        for number, name in enumerate(series_names, start=1)
    ]  # fmt: skip
    classes = [
        {
            **of_series(number), "rank_class": "county", "class_name_zh": "县级", "class_name_en": "County",
            "winner_count": 2 if number < 7 else 0, "reason_zh": "满额" if number < 7 else "无合格候选",
            "reason_en": "filled", "is_synthetic": True,
        }
        for number in range(1, 8)
    ]  # fmt: skip
    winners = [
        {
            **of_series(number), "rank_class": "county", "award_rank": place, "subject_id": f"website:{place}",
            "subject_name_zh": names[place - 1], "award_score": 90.0 - place, "award_score_p05": 85.0,
            "award_score_p95": 93.0, "self_nomination_count": 1, "expert_nomination_count": 2, "reviewer_count": 5,
            "respondent_count": 0, "runner_up_subject_id": "website:3", "runner_up_name_zh": names[2],
            "runner_up_score": 80.0, "runner_up_reason_zh": "名次在名额之外", "runner_up_reason_en": "Below the quota",
            "consecutive_wins": place, "total_wins": 3, "citation_zh": f"{names[place - 1]}综合得分第{place}。",
            "citation_en": f"No. {place}.", "is_synthetic": True,
        }
        for number in range(1, 7)
        for place in (1, 2)
    ]  # fmt: skip
    candidates = [
        {
            **of_series(1), "subject_id": f"website:{place}", "subject_name_zh": name, "rank_class": "county",
            "award_score": 90.0 - place, "is_eligible": place < 5, "is_winner": place < 3, "outcome_code": "won",
            "reason_zh": "获评", "reason_en": "Won", "is_synthetic": True,
        }
        for place, name in enumerate(names, start=1)
    ]  # fmt: skip
    components = [
        {
            **of_series(1), "subject_id": f"website:{place}", "input_code": "index", "name_zh": "影响力指数",
            "name_en": "Influence index", "input_score": 88.0, "weight": 90.0, "weight_used": 1.0,
            "weighted_score": 88.0, "null_reason": None, "is_synthetic": True,
        }
        for place in (1, 2)
    ]  # fmt: skip
    firmness = [
        {
            **of_series(1), "subject_id": f"website:{place}", "rank_class": "county", "quota": 2, "draw_count": 512,
            "chance": chance, "rank_p05": 1, "rank_p50": place, "rank_p95": 4, "is_synthetic": True,
        }
        for place, chance in enumerate((0.96875, 0.59375, 0.40625, 0.03125), start=1)
    ]  # fmt: skip
    appeals = [
        {
            **of_series(1), "case_code": "2017-001", "filed_date": "2017-12-20", "claim": names[0],
            "decision": "upheld", "did_zh": "一份推荐不计", "did_en": "One nomination does not count",
            "is_synthetic": True,
        }
    ]  # fmt: skip
    return {
        "awards.award_title": table(titles),
        "awards.award_class": table(classes),
        "awards.award_winner": table(winners),
        "awards.award_candidate": table(candidates),
        "awards.award_component": table(components),
        "awards.award_firmness": table(firmness),
        "awards.award_appeal": table(appeals),
    }
