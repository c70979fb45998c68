"""Files as known programs write them, by their own headers: crawlers of Weibo, and tables of rating houses.

The headers are those of weibo-crawler and weiboSpider (dataabc), and the labels 清博 (gsdata) uses.
"""

import datetime as dt
import json

import polars as pl
import pytest

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import IngestReport, ingest_source
from pipelines.reference.rows import seed_path
from pipelines.settings import Settings
from tests.fixtures.deliveries import delimited, deliver, landed_rows

ACCOUNT = "2803301701"
NOON = dt.datetime(2017, 9, 1, 4)
CRAWLER = ["id", "bid", "正文", "头条文章url", "原始图片url", "视频url", "位置", "日期", "工具", "点赞数", "评论数"]
CRAWLER += ["转发数", "话题", "@用户", "完整日期"]
REPOSTED = ["是否原创", "源用户id", "源用户昵称", *(f"源微博{header}" for header in CRAWLER)]
ORIGINAL = [
    "4150000000000001\t",
    "Fk1aBcDeF",
    "正文",
    "",
    "",
    "",
    "",
    "2017-09-01T12:00:00",
    "微博 weibo.com",
    "10",
    "2",
]
ORIGINAL += ["1000000", "话题", "", "2017-09-01 12:00:00"]
REPOST = ["4150000000000002\t", *ORIGINAL[1:]]
POST = "row_number, subject_code, subject_kind, post_id, published_at, like_count, comment_count, repost_count"


def ingest(settings: Settings, source: str) -> IngestReport:
    return ingest_source(load_contracts()[source], settings, lambda message: None)


def test_a_file_of_weibo_crawler_in_which_original_posts_are_shorter_rows(settings: Settings) -> None:
    rows = [[*ORIGINAL, "True"], [*REPOST, "False", "123", "某号", *ORIGINAL]]
    deliver(
        settings.inbox_dir, "account_post", f"{ACCOUNT}.csv", delimited([*CRAWLER, *REPOSTED], rows, ",", "utf-8-sig")
    )
    [entry] = ingest(settings, "account_post").present
    assert entry.rows_unfit == 0
    assert landed_rows(settings, "account_post", POST) == [
        (2, ACCOUNT, "weibo", "4150000000000001", NOON, 10, 2, 1000000),
        (3, ACCOUNT, "weibo", "4150000000000002", NOON, 10, 2, 1000000),
    ]


def test_a_row_of_another_source_is_not_filled(settings: Settings) -> None:
    deliver(settings.inbox_dir, "policy_document", "a.csv", "文号,标题,发布机构,发布日期\n一,二\n".encode())
    with pytest.raises(DeliveryError):
        ingest(settings, "policy_document")
    assert {contract.name for contract in load_contracts().values() if contract.short_rows == "filled"} == {
        "account_post"
    }


def test_a_file_of_weibo_spider(settings: Settings) -> None:
    header = ["微博id", "微博正文", "头条文章url", "原始图片url", "微博视频url", "发布位置", "发布时间", "发布工具"]
    header += ["点赞数", "转发数", "评论数"]
    row = ["Fk1aBcDeF", "正文", "", "无", "无", "无", "2017-09-01 12:00", "微博", "1", "2", "3"]
    deliver(settings.inbox_dir, "account_post", f"{ACCOUNT}.csv", delimited(header, [row], ",", "utf-8-sig"))
    ingest(settings, "account_post")
    assert landed_rows(settings, "account_post", POST) == [(2, ACCOUNT, "weibo", "Fk1aBcDeF", NOON, 1, 3, 2)]


CRAWLED = {"user_id": int(ACCOUNT), "id": 4150000000000001, "bid": "Fk1aBcDeF", "text": "正文", "source": "微博"}
COUNTED = {"attitudes_count": 1, "comments_count": 3, "reposts_count": 2}
SPIDERED = {"id": "Fk1aBcDeF", "content": "正文", "publish_place": "无", "publish_tool": "微博"}


@pytest.mark.parametrize(
    ("post", "post_id"),
    [
        ({**CRAWLED, **COUNTED, "created_at": "2017-09-01T12:00:00"}, "4150000000000001"),
        ({**CRAWLED, **COUNTED, "created_at": "Fri Sep 01 12:00:00 +0800 2017"}, "4150000000000001"),
        (
            {**SPIDERED, "publish_time": "2017-09-01 12:00", "up_num": 1, "retweet_num": 2, "comment_num": 3},
            "Fk1aBcDeF",
        ),
    ],
    ids=["weibo-crawler", "interface", "weiboSpider"],
)
def test_documents_of_the_crawlers_hold_a_user_and_posts(
    settings: Settings, post: dict[str, object], post_id: str
) -> None:
    document = {"user": {"id": ACCOUNT, "nickname": "某号"}, "weibo": [post]}
    deliver(settings.inbox_dir, "account_post", f"{ACCOUNT}.json", json.dumps(document).encode())
    ingest(settings, "account_post")
    assert landed_rows(settings, "account_post", POST) == [(1, ACCOUNT, "weibo", post_id, NOON, 1, 3, 2)]


def test_a_post_file_whose_name_is_no_account_is_one_error(settings: Settings) -> None:
    deliver(settings.inbox_dir, "account_post", "微博.csv", delimited(CRAWLER, [ORIGINAL]))
    with pytest.raises(DeliveryError, match=r"subject_code \(对象编码\); neither a header nor the file name has it"):
        ingest(settings, "account_post")


USERS = ["用户id", "昵称", "性别", "生日", "所在地", "IP属地", "学习经历", "公司", "注册时间", "阳光信用", "微博数"]
USERS += [
    "粉丝数",
    "关注数",
    "简介",
    "主页",
    "头像",
    "高清头像",
    "微博等级",
    "会员等级",
    "是否认证",
    "认证类型",
    "认证信息",
]
USERS += ["上次记录微博信息"]


@pytest.mark.parametrize(("name", "seen"), [("users.csv", None), ("users_20170930.csv", dt.date(2017, 9, 30))])
def test_a_user_file_of_weibo_crawler(settings: Settings, name: str, seen: dt.date | None) -> None:
    row = [ACCOUNT, "某发布", "m", "1980-01-01", "北京", "北京", "某大学", "", "2012-01-31", "", "4500", "120万", "30"]
    row += ["官方微博", "", "", "", "48", "7", "True", "3", "某政府官方微博", ""]
    deliver(settings.inbox_dir, "account_profile", name, delimited(USERS, [row], ",", "utf-8-sig"))
    ingest(settings, "account_profile")
    columns = "subject_kind, subject_code, account_name, seen_date, follower_count, post_count, is_verified, "
    assert landed_rows(settings, "account_profile", f"{columns} verified_type_code, verified_reason, opened_date") == [
        ("weibo", ACCOUNT, "某发布", seen, 1200000, 4500, True, "3", "某政府官方微博", dt.date(2012, 1, 31))
    ]
    kept = landed_rows(settings, "account_profile", "unknown_cells")
    assert [person for person in ("1980", "某大学") if person in repr(kept)] == []


WECHAT = [
    "公众号",
    "微信号",
    "发布次数/篇数",
    "总阅读数",
    "头条总阅读",
    "平均阅读数",
    "最大阅读数",
    "总点赞数",
    "点赞率",
]
WECHAT += ["WCI"]
PERIOD = "subject_kind, subject_code, period_kind, period_start, post_count, article_count"


def test_a_table_of_wechat_accounts(settings: Settings) -> None:
    row = ["某发布", "moufabu", "30/120", "1,234,567", "456789", "1.2万", "10W+", "5000", "0.4%", "1500.12"]
    name = "微信排行_2017年9月.csv"
    deliver(settings.inbox_dir, "account_activity", name, delimited(WECHAT, [row], ",", "gb18030"))
    [entry] = ingest(settings, "account_activity").present
    assert (entry.rows_unfit, entry.unmatched_headers) == (0, ("公众号", "点赞率"))
    assert landed_rows(
        settings,
        "account_activity",
        f"{PERIOD}, read_count, headline_read_count, mean_read_count, max_read_count, like_count, wci",
    ) == [("wechat", "moufabu", "month", dt.date(2017, 9, 1), 30, 120, 1234567, 456789, 12000.0, 100001, 5000, 1500.12)]


def test_a_table_of_weibo_accounts(settings: Settings) -> None:
    header = ["微博UID", "微博名称", "月份", "发微博数", "转发总数", "评论总数", "BCI"]
    row = [ACCOUNT, "某发布", "2017-09", "30", "1.5万", "20", "800.5"]
    deliver(settings.inbox_dir, "account_activity", "微博BCI.csv", delimited(header, [row]))
    ingest(settings, "account_activity")
    columns = f"{PERIOD}, repost_count, comment_count, bci"
    assert landed_rows(settings, "account_activity", columns) == [
        ("weibo", ACCOUNT, "month", dt.date(2017, 9, 1), 30, None, 15000, 20, 800.5)
    ]


def test_what_stands_for_more_than_a_platform_shows_is_a_cap_that_is_looked_for() -> None:
    caps = pl.read_csv(seed_path(Settings().seeds_dir, "counter_caps"))
    listed = {(row["source"], row["column_name"], str(row["cap"])) for row in caps.iter_rows(named=True)}
    assert {
        (contract.name, column.name, number)
        for contract in load_contracts().values()
        for column in contract.columns
        for number in column.capped
    } <= listed


def test_of_columns_that_ask_for_persons_the_name_alone_is_kept(settings: Settings) -> None:
    header = ["网站标识码", "网站名称", "首页网址", "层级", "网站类型", "联系人", "联系电话", "备注"]
    row = ["3301000001", "某网", "a.example", "省级", "门户网站", "王小明", "13800138000", "好"]
    short = ["3301000002", "某网", "王小红", "13900139000"]
    deliver(settings.inbox_dir, "site_registry", "a.csv", delimited(header, [row, short]))
    [entry] = ingest(settings, "site_registry").present
    assert (entry.rows_unfit, entry.unmatched_headers) == (1, ("联系人", "联系电话", "备注"))
    rows = landed_rows(settings, "site_registry", "unknown_cells, rejections")
    assert '{"备注":"好"}' in repr(rows)
    assert [secret for secret in ("王小", "13800138000", "13900139000") if secret in repr(rows)] == []
