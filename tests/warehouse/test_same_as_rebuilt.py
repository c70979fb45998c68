"""After any deliveries, corrections and withdrawals the warehouse is what a rebuild from the same inbox gives."""

import json
import shutil
import tempfile
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.settings import Settings
from tests.fixtures.warehouse import build, ingest, rows_of

REGISTRIES = {
    "three sites": ["a", "b", "c"],
    "two sites": ["a", "c"],
}
# What a crawl file may hold: site, path, minute, status. Files overlap: some rows are said twice, some contradicted.
CRAWLS: dict[str, list[tuple[str, str, int, int]]] = {
    "a": [("a", "", 0, 200), ("a", "x", 1, 404), ("a", "y", 2, 200)],
    "a corrected": [("a", "", 0, 200), ("a", "x", 1, 200)],
    "a contradicted, b": [("a", "x", 1, 500), ("b", "", 0, 200), ("b", "z", 1, 404)],
    "b again, unknown": [("b", "", 0, 200), ("b", "z", 1, 404), ("nobody", "", 0, 200)],
    "c": [("c", "", 0, 503), ("c", "", 5, 200)],
}
FILE_NAMES = ("1.jsonl", "2.jsonl", "3.jsonl")
INBOXES = st.fixed_dictionaries(
    {
        "registry": st.sampled_from(sorted(REGISTRIES)),
        **{name: st.one_of(st.none(), st.sampled_from(sorted(CRAWLS))) for name in FILE_NAMES},
    }
)


def put(inbox: Path, state: dict[str, str | None]) -> None:
    """Make the inbox hold just the files of a state."""
    shutil.rmtree(inbox, ignore_errors=True)
    (inbox / "site_registry").mkdir(parents=True)
    (inbox / "site_crawl").mkdir()
    sites = "".join(
        f"33010000{ord(site)},示例{site},{site}.example,330100,市级,门户网站\n"
        for site in REGISTRIES[state["registry"] or ""]
    )
    header = "网站标识码,网站名称,首页网址,行政区划代码,层级,网站类型\n"
    (inbox / "site_registry" / "a.csv").write_text(header + sites, encoding="utf-8")
    for name in FILE_NAMES:
        content = state[name]
        if content is not None:
            (inbox / "site_crawl" / name).write_text("".join(map(line, CRAWLS[content])), encoding="utf-8")


def line(page: tuple[str, str, int, int]) -> str:
    site, path, minute, status = page
    row = {
        "url": f"http://{site}.example/{path}",
        "fetched_at": f"2017-09-01 08:{minute:02}:00",
        "fetch_outcome": "ok",
        "http_status": status,
        "new_media_links": ["https://weibo.com/u/1"] if site == "a" else [],
    }
    return json.dumps(row) + "\n"


def tables(settings: Settings) -> list[str]:
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        return [
            f"{schema}.{table}"
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() order by all"
            ).fetchall()
        ]


@given(states=st.lists(INBOXES, min_size=2, max_size=3))
@rules(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_table_is_as_after_a_rebuild(states: list[dict[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        inbox = Path(name) / "inbox"
        grown = Settings(home=Path(name) / "grown", inbox=inbox, edition=2017)
        rebuilt = Settings(home=Path(name) / "rebuilt", inbox=inbox, edition=2017)
        for state in states:
            put(inbox, state)
            ingest(grown)
            build(grown)
        ingest(rebuilt)
        build(rebuilt, from_nothing=True)
        assert "intermediate.int_site_crawl_page" in tables(rebuilt)
        assert tables(grown) == tables(rebuilt)
        for table in tables(rebuilt):
            assert_frame_equal(rows_of(grown, table), rows_of(rebuilt, table))
