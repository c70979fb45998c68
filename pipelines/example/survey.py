"""What people answered about the portals of series 1: an export of wjx.cn by text, and one by option number."""

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.example.entrants import finalists
from pipelines.example.options import EDITION
from pipelines.example.party import is_praised_site, party_finalists

QUESTIONNAIRE = "网民体验调查"
RESPONDENTS = 24
HEADERS = (
    "1、您对网站信息内容是否满意",
    "2、您对网上办事是否满意",
    "3、您对互动交流是否满意",
    "4、您对页面设计是否满意",
    "5、本题请选择“一般”",
)
REMARK = "6、您的其他意见"
USED = "7、您使用过哪些服务(多选)"
SERVICES = {"查阅信息": 0.8, "在线办事": 0.4, "咨询投诉": 0.2, "下载表格": 0.3}
TRAP, TRAP_OPTION = 4, 3
OPTIONS = ("非常满意", "满意", "一般", "不满意", "非常不满意")
CHANCES = (0.25, 0.35, 0.25, 0.1, 0.05)
CHANCES_OF_PRAISED = (0.45, 0.35, 0.15, 0.03, 0.02)
TOO_FAST, STRAIGHT_LINED, TRAPPED, SKIPPED, REPEATED = 0.04, 0.05, 0.04, 0.02, 0.03
PLACES = ("北京-北京", "浙江-杭州", "广东-广州", "四川-成都")


def make_responses(sites: pl.DataFrame, party: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row per respondent with the number of each chosen option; a few answered carelessly."""
    asked = pl.concat([finalists(sites), party_finalists(party)], how="diagonal_relaxed")
    subjects = asked["site_code"].to_list()
    count = len(subjects) * RESPONDENTS
    is_praised = np.repeat(asked.select(is_praised_site()).to_series().to_numpy(), RESPONDENTS)
    choices = np.where(
        is_praised[:, None], _choices(count, CHANCES_OF_PRAISED, random), _choices(count, CHANCES, random)
    )
    choices[:, TRAP] = np.where(random.random(count) < TRAPPED, 1, TRAP_OPTION)
    is_straight = random.random(count) < STRAIGHT_LINED
    choices[is_straight] = choices[is_straight][:, [0]]
    seconds = np.where(random.random(count) < TOO_FAST, random.integers(4, 20, count), random.integers(120, 600, count))
    hosts = np.arange(count) - (random.random(count) < REPEATED)
    started = dt.datetime(EDITION, 9, 1, 8)
    return pl.DataFrame(
        {
            "序号": np.arange(1, count + 1),
            "提交答卷时间": [
                f"{started + dt.timedelta(minutes=7 * order):%Y/%m/%d %H:%M:%S}" for order in range(count)
            ],
            "所用时间": [f"{second}秒" for second in seconds],
            "来源": random.choice(["微信", "手机提交", "链接"], count),
            "来源详情": [f"示例昵称{order}" for order in range(count)],
            "来自IP": [_address(int(host), PLACES[order % len(PLACES)]) for order, host in enumerate(hosts)],
            "对象编码": [subjects[order // RESPONDENTS] for order in range(count)],
            **{header: choices[:, place] for place, header in enumerate(HEADERS)},
            REMARK: [_remark(order) for order in range(count)],
            **{_column_of(name): (random.random(count) < share).astype(int) for name, share in SERVICES.items()},
            "是否合成数据": ["是"] * count,
        }
    )


def by_text(responses: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The export by text, where some questions were skipped."""
    texts = dict(enumerate(OPTIONS, start=1))
    used = pl.concat_list(pl.when(pl.col(_column_of(name)) == 1).then(pl.lit(name)) for name in SERVICES)
    joined = used.list.drop_nulls().list.join("┋").replace("", "(空)").alias(USED)
    readable = responses.with_columns(joined).drop(_column_of(name) for name in SERVICES)
    return readable.with_columns(
        pl.when(pl.Series(random.random(len(responses)) < SKIPPED))
        .then(pl.lit("(跳过)"))
        .otherwise(pl.col(header).replace_strict(texts))
        .alias(header)
        for header in HEADERS
    )


def _choices(count: int, chances: tuple[float, ...], random: np.random.Generator) -> npt.NDArray[np.int64]:
    return random.choice(np.arange(1, len(OPTIONS) + 1), (count, len(HEADERS)), p=chances)


def _column_of(service: str) -> str:
    """The column that the export by option number gives an option of a question with several choices."""
    return f"7({service})"


def _address(host: int, place: str) -> str:
    return f"10.{host // 65_536}.{host // 256 % 256}.{host % 256}({place})"


def _remark(order: int) -> str:
    """Free text, in which some leave what nobody may keep."""
    return f"我是示例姓名{order}，请回电 1997778{order:04} 或 a{order}@example.invalid" if order % 40 == 0 else "(空)"
