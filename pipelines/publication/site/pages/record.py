"""The public record beside the figures: every claim of the bulletin with its verdict, and the official series."""

import re
from collections import Counter
from collections.abc import Iterator

from pipelines.foundation.sql import Row
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, text_cell
from pipelines.publication.site.links import anchor
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pictures import day_of, is_known_by
from pipelines.publication.site.values import SHARE, printed, written

CLAIMS = "trends.claim"
SERIES = "trends.official_series"
DAYS = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
CONFIDENCES = {"high": ("高", "high"), "med": ("中", "medium"), "low": ("低", "low")}


def build(desk: Desk) -> Iterator[Page]:
    """A page for the claims and one for the official series, where the release has them."""
    if desk.tables.has(CLAIMS):
        yield _claims_page(desk.at("claims.html"))
    if desk.tables.has(SERIES):
        yield _series_page(desk.at("official.html"))


def _claims_page(desk: Desk) -> Page:
    return Page(
        path=desk.links.page, template="grid.html", title=desk.say("通报表述逐条核对", "Every claim of the bulletin"),
        section="figures.html", context=lambda: {"lead": desk.say(
            f"通报中的每个数字、主体与表述，及其核对结论与所据。{counts(desk)}原文照录所存文本，其中的“.”为缺失的标点或文件名。",
            f"Every figure, entity and claim of the bulletin with its verdict and what it was held against. "
            f"{counts(desk)} The words are those of the text as it was kept: a dot stands for a mark or a title "
            f"that was lost.",
        ), "table": claims(desk)},
    )  # fmt: skip


def _series_page(desk: Desk) -> Page:
    return Page(
        path=desk.links.page, template="grid.html", title=desk.say("官方数列", "Official series"),
        section="figures.html", context=lambda: {"lead": desk.say(
            "官方文件公布的数字，逐条注明文件、取得方式与可信度；不与本年度数据混合。",
            "Numbers of official documents with document, tier and confidence; never mixed with our rows.",
        ), "table": official(desk)},
    )  # fmt: skip


def counts(desk: Desk) -> str:
    """How many claims have each verdict, those that were compared apart by what they were held against."""
    found = Counter((row["verdict"], row.get("evidence_kind")) for row in desk.tables.rows(CLAIMS))
    comma, stop = desk.say("，", ", "), desk.say("。", ".")
    return comma.join(f"{_outcome(desk, *outcome)} {count}" for outcome, count in sorted(found.items(), key=str)) + stop


def _outcome(desk: Desk, verdict: str, evidence_kind: str | None) -> str:
    """A verdict with what it rests on."""
    said = desk.label("verdict", verdict)
    if not evidence_kind:
        return said
    held_against = desk.label("evidence_kind", evidence_kind)
    return desk.say(f"{said}（{held_against}）", f"{said} ({held_against})")


def claims(desk: Desk) -> Grid:
    """Every claim in the order of the bulletin."""
    columns = [
        Column(title=desk.say("编号", "Id")),
        Column(title=desk.say("原文", "Words")),
        Column(title=desk.say("所述值", "Value")),
        Column(title=desk.say("核对值", "Computed"), kind="number"),
        Column(title=desk.say("结论", "Verdict"), is_choice=True),
        Column(title=desk.say("所据", "Held against"), is_choice=True),
        Column(title=desk.say("依据", "By")),
    ]
    rows = sorted(desk.tables.rows(CLAIMS), key=lambda row: (row["claim_order"], row["claim_id"]))
    return grid(
        "claims", desk.say("通报表述", "Claims"), columns,
        [
            [
                text_cell(row["claim_id"]),
                text_cell(row["quote"], lang="zh-CN", note=desk.say("", row["what"] or "")),
                text_cell(stated(desk, row)),
                _computed(desk, row),
                text_cell(
                    desk.label("verdict", row["verdict"]),
                    note=desk.say("属实而不准确", "true, not precise") if _is_loose(row) else "",
                ),
                text_cell(desk.label("evidence_kind", row["evidence_kind"]) if row.get("evidence_kind") else ""),
                text_cell(
                    desk.say(row["rule_zh"] or "", row["rule_en"] or ""),
                    note=desk.label("missing_input", row["missing_input"]) if row["missing_input"] else "",
                ),
            ]
            for row in rows
        ],
    )  # fmt: skip


def stated(desk: Desk, row: Row) -> str:
    """What a claim states, as people write it; what was noted in words that are not the bulletin's is left to these."""
    value, unit = str(row["value"] or ""), str(row["unit"] or "")
    if value in ("", "-"):
        return ""
    if re.fullmatch(r"\d+(\.\d+)?", value) and unit != "year":
        number = float(value)
        return printed(number / 100, SHARE) if unit.startswith("%") else written(number)
    words = [word for word in re.findall(r"[A-Za-z]{2,}", value) if word not in str(row["quote"])]
    if words and desk.language.is_chinese:
        return "见原文"
    shown = DAYS.sub(lambda day: _day(desk, day[0]), value).replace("..", desk.say("至", " to "))
    return shown.replace("|", desk.say("、", "; ")).replace(" x ", " × ")


def _day(desk: Desk, day: str) -> str:
    """A day or month: 2017年5月15日, 2017-05-15."""
    numbers = [int(part) for part in day.split("-")]
    return desk.say("".join(f"{number}{mark}" for number, mark in zip(numbers, "年月日", strict=False)), day)


def _computed(desk: Desk, row: Row) -> Cell:
    """What was computed; where a day was held against a document, whether it is the document's."""
    if row["unit"] in ("date", "month", "year") and row["computed"] in (0, 1):
        said = desk.say("相符", "the same") if row["computed"] else desk.say("不符", "another")
        return number_cell(row["computed"]).model_copy(update={"text": said})
    return number_cell(row["computed"], SHARE if str(row["unit"] or "").startswith("%") else "")


def _is_loose(row: Row) -> bool:
    return row["verdict"] == "agrees" and row.get("is_precise") is False


def official(desk: Desk) -> Grid:
    """Every number of every series with its document."""
    columns = [
        Column(title=desk.say("数列", "Series"), is_choice=True),
        Column(title=desk.say("时点", "As of")),
        Column(title=desk.say("组别", "Group")),
        Column(title=desk.say("值", "Value"), kind="number"),
        Column(title=desk.say("取得方式", "Tier"), is_choice=True),
        Column(title=desk.say("文件", "Document")),
        Column(title=desk.say("可信度", "Confidence"), is_choice=True),
    ]
    of_all = desk.tables.rows(SERIES)
    known = [row for row in of_all if not day_of(row["as_of"]) or is_known_by(desk, row["as_of"])]
    rows = sorted(known, key=lambda r: (r["series_order"] or 0, str(r["as_of"]), r["fact_id"]))
    later = len(of_all) - len(known)
    told = desk.say(
        f"另有 {later} 个数字晚于本年度，见数据库。", f"{later} numbers of later years are in the database."
    )
    return grid(
        anchor("official"), desk.say("官方数列", "Official series"), columns,
        [
            [
                text_cell(desk.say(row["series_name_zh"], row["series_name_en"])),
                text_cell(row["as_of"]),
                text_cell(desk.say(row["group_name_zh"] or row["group_code"], row["group_name_en"] or "")),
                number_cell(row["value"], SHARE if row["unit"] == SHARE else ""),
                text_cell(desk.label("tier", row["tier"]) if row["tier"] else ""),
                text_cell(
                    _document(desk, row),
                    note=desk.say(row["note_zh"] or "", row["note_en"] or ""),
                ),
                text_cell(desk.say(*CONFIDENCES.get(row["confidence"], (row["confidence"] or "", "")))),
            ]
            for row in rows
        ],
        more=told if later else "",
    )  # fmt: skip


def _document(desk: Desk, row: Row) -> str:
    """Number and title of a document."""
    title = desk.say(row["document_title_zh"] or "", row["document_title_en"] or "")
    return " ".join(part for part in (row["document_number"], title) if part)
