"""What the centre keeps of the awards themselves: earlier winners, appeals with their decisions, edited citations."""

import datetime as dt

import polars as pl

from pipelines.example.entrants import PARTY_GROUP
from pipelines.example.options import EDITION
from pipelines.example.party import MOST_EFFECTIVE

FIRST_YEAR = 2013
# Series, title as the list names it, group and place of who won it, and in which years.
WON = (
    (1, "最给力", f"{PARTY_GROUP}central_department", MOST_EFFECTIVE, range(FIRST_YEAR, EDITION)),
    (1, "最具影响力", "central_department", 0, (2014, 2016)),
    (1, "最具影响力", "province", 0, (2015, 2016)),
    (5, "外文版", "外文版", 0, (2012, 2014, 2015, 2016)),
    (6, "最具影响力新媒体", "微信", 0, (2016,)),
)

APPEAL_COLUMNS = {
    **dict.fromkeys(("案件编号", "申诉方", "申诉主张", "证据文件", "决定", "效果"), pl.String),
    **dict.fromkeys(("提出日期", "决定日期"), pl.Date),
    "系列": pl.Int64,
    **dict.fromkeys(("对象类别", "对象编码", "对象名称", "所涉推荐人", "评审指标"), pl.String),
    **dict.fromkeys(("更正栏", "原值", "更正值", "是否合成数据"), pl.String),
}


def make_history(entrants: pl.DataFrame) -> pl.DataFrame:
    """One row a title won in an earlier year, and one of a site that is registered no more."""
    rows = [
        (year, series, title, *_subject(entrants, series, group, order))
        for series, title, group, order, years in WON
        for year in years
    ]
    rows.append((2013, 3, "领先奖", "网站", "1199990001", "已关停的示例网站"))
    columns = ["年度", "系列", "奖项", "对象类别", "对象编码", "对象名称"]
    return pl.DataFrame(rows, columns, orient="row").with_columns(是否合成数据=pl.lit("是"))


def _subject(entrants: pl.DataFrame, series: int, group: str, order: int) -> tuple[str, str, str]:
    """Kind, code and name of the subject at a place of its group; in a small example the last one there is."""
    members = entrants.filter((pl.col("series") == series) & (pl.col("group") == group))
    if members.is_empty():
        members = entrants.filter(pl.col("series") == series)
    kind, code, name = members.select("kind", "code", "name").row(min(order, len(members) - 1))
    return kind, code, name


def make_appeals(entrants: pl.DataFrame, reviews: pl.DataFrame) -> pl.DataFrame:
    """One row per case: upheld ones recuse an expert, replace a score, correct a nomination and withdraw a winner."""
    recused = _case(entrants, 1, "prefecture", 0) | {
        "申诉方": "示例举报单位",
        "申诉主张": "专家 E05 曾任该单位顾问，应当回避（示例）",
        "证据文件": "证据-001.pdf",
        "决定": "成立",
        "效果": "专家回避",
        "所涉推荐人": "E05",
    }
    scored = _case(entrants, 3, "county", 0)
    expected = _score(reviews, str(scored["对象编码"]), 3, "E31", "overall")
    replaced = scored | {
        "申诉方": "E31",
        "申诉主张": "评分录入错误（示例）",
        "证据文件": "证据-002.jpg",
        "决定": "成立",
        "效果": "更正评分",
        "所涉推荐人": "E31",
        "评审指标": "overall",
        "原值": f"{expected}",
        "更正值": f"{round(expected - 4, 1)}",
    }
    last = entrants.filter((pl.col("series") == 3) & (pl.col("group") == "prefecture"))
    corrected = _case(entrants, 3, "prefecture", len(last) - 1) | {
        "申诉主张": "自荐时误选系列，应为第四系列（示例）",
        "证据文件": "证据-003.pdf",
        "决定": "成立",
        "效果": "更正推荐",
        "更正栏": "推荐系列",
        "原值": "3",
        "更正值": "4",
    }
    corrected["申诉方"] = corrected["所涉推荐人"] = corrected["主办单位"]
    withdrawn = _case(entrants, 7, "微博", 0) | {
        "申诉方": "示例举报单位",
        "申诉主张": "粉丝与阅读数据造假（示例）",
        "证据文件": "证据-004.zip",
        "决定": "成立",
        "效果": "取消获奖",
    }
    dismissed = _case(entrants, 1, "county", 1) | {"申诉主张": "名次偏低，要求复核（示例）", "决定": "不成立"}
    pending = _case(entrants, 5, "外文版", 2) | {"申诉主张": "要求补充评审（示例）", "决定": "未决"}
    cases = [recused, replaced, corrected, withdrawn, dismissed, pending]
    return pl.DataFrame([_dated(case, number) for number, case in enumerate(cases, start=1)], APPEAL_COLUMNS)


def _case(entrants: pl.DataFrame, series: int, group: str, order: int) -> dict[str, object]:
    kind, code, name = _subject(entrants, series, group, order)
    organiser = entrants.filter(pl.col("code") == code)["organiser"][0]
    return {"系列": series, "对象类别": kind, "对象编码": code, "主办单位": organiser, "对象名称": name}


def _score(reviews: pl.DataFrame, code: str, series: int, expert: str, criterion: str) -> float:
    found = reviews.filter(
        (pl.col("对象编码") == code)
        & (pl.col("评审系列") == series)
        & (pl.col("专家编号") == expert)
        & (pl.col("评审指标") == criterion)
    )
    return float(found["评分"].item())


def _dated(case: dict[str, object], number: int) -> dict[str, object]:
    is_decided = case["决定"] != "未决"
    return {
        "申诉方": case.get("主办单位"),
        **case,
        "案件编号": f"SS-{EDITION}-{number:03}",
        "提出日期": dt.date(EDITION, 11, 6 + number),
        "决定日期": dt.date(EDITION, 11, 20 + number) if is_decided else None,
        "是否合成数据": "是",
    }


def make_citations(entrants: pl.DataFrame) -> pl.DataFrame:
    """One row a citation that an editor wrote in place of the draft."""
    kind, code, _ = _subject(entrants, 5, "外文版", 0)
    return pl.DataFrame(
        {
            "系列": [5],
            "奖项": ["外文版"],
            "对象类别": [kind],
            "对象编码": [code],
            "获奖理由": [
                "该网站外文版内容充实、更新及时，介绍本地概况、办事指南和投资政策，条目清楚、语言规范，来华人员和境外企业"
                "查得到、看得懂、用得上，为对外交流与合作提供了便利（示例，编辑撰写）。"
            ],
            "获奖理由（英文）": [
                "Its foreign-language pages are rich and fresh: on the place, on getting things done and on investing "
                "they can be found, understood and used by people from abroad (example, written by an editor)."
            ],
            "定稿日期": [dt.date(EDITION, 12, 20)],
            "是否合成数据": ["是"],
        }
    )
