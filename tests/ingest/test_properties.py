"""Whatever is delivered: what comes out equals what went in, or is quarantined with its reason."""

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import landed_rows, write_workbook

CONTRACT = load_contracts()["site_registry"]
HEADER = ("site_code", "site_name", "home_url", "level", "site_role")
GOOD_CODES = st.from_regex(r"bm[0-9]{8}|[0-9]{10}", fullmatch=True)
ANY_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=20
)
ROWS = st.lists(
    st.tuples(
        st.one_of(GOOD_CODES, ANY_TEXT),
        ANY_TEXT,
        ANY_TEXT,
        st.sampled_from(["省级", "province", "县级", "火星级"]),
        st.sampled_from(["门户网站", "portal", "nothing"]),
    ),
    min_size=1,
    max_size=15,
)
LEVELS = {"省级": "province", "province": "province", "县级": "county"}
ROLES = {"门户网站": "portal", "portal": "portal"}


def is_fit(row: tuple[str, ...]) -> bool:
    code = row[0].strip("\ufeff")
    digits = code.removeprefix("bm")
    well_formed = digits.isascii() and digits.isdigit() and len(code) == 10
    return (
        well_formed
        and row[3] in LEVELS
        and row[4] in ROLES
        and bool(row[1].strip("\ufeff"))
        and bool(row[2].strip("\ufeff"))
    )


def ingested(folder: Path) -> tuple[list[tuple[object, ...]], int]:
    settings = Settings(home=folder / "home", inbox=folder / "inbox")
    report = ingest_source(CONTRACT, settings, lambda message: None)
    fit = landed_rows(settings, CONTRACT.name, ", ".join(HEADER), "rejections is null")
    unfit = landed_rows(settings, CONTRACT.name, "row_number", "len(rejections) > 0")
    assert report.present[0].rows_read == len(fit) + len(unfit)
    return fit, len(unfit)


def expected(rows: list[tuple[str, ...]]) -> tuple[list[tuple[object, ...]], int]:
    fit = sorted(
        (code, name.strip("\ufeff"), url.strip("\ufeff"), LEVELS[level], ROLES[role])
        for code, name, url, level, role in rows
        if is_fit((code, name, url, level, role))
    )
    return list(fit), len(rows) - len(fit)


@given(rows=ROWS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
@rules(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_delimited_files(rows: list[tuple[str, ...]], encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "inbox" / CONTRACT.name / "a.csv"
        path.parent.mkdir(parents=True)
        path.write_bytes(text.getvalue().encode(encoding))
        found, rejected = ingested(Path(name))
        assert (sorted(found), rejected) == expected(rows)


@given(rows=ROWS)
@rules(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_workbooks(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        cells = [["'" + cell if cell.startswith("=") else cell for cell in row] for row in rows]
        write_workbook(Path(name) / "inbox" / CONTRACT.name / "a.xlsx", {"表": [HEADER, *cells]})
        found, rejected = ingested(Path(name))
        assert (sorted(found), rejected) == expected([tuple(row) for row in cells])


PAGES = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {
                "url": ANY_TEXT,
                "fetched_at": st.just("2017-09-01 08:00:00"),
                "fetch_outcome": st.sampled_from(["ok", "timeout"]),
                "title": st.one_of(st.none(), ANY_TEXT),
            }
        ),
        st.one_of(st.none(), st.floats(0.01, 0.99)),
    ),
    min_size=1,
    max_size=15,
)


@given(pages=PAGES, compressed=st.booleans(), ascii_only=st.booleans())
@rules(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_json_lines(
    pages: list[tuple[dict[str, str | None], float | None]], compressed: bool, ascii_only: bool
) -> None:
    """A line cut short is a broken row, and no part of it is taken; every other line is taken whole."""
    header = {"url": "a.example", "fetched_at": "2017-09-01 08:00:00", "fetch_outcome": "ok", "title": "t"}
    lines = [json.dumps(page, ensure_ascii=ascii_only) for page in [header, *(page for page, _ in pages)]]
    cuts = [None, *(cut for _, cut in pages)]
    delivered = [
        line if cut is None else line[: max(1, int(len(line) * cut))] for line, cut in zip(lines, cuts, strict=True)
    ]
    content = "".join(f"{line}\n" for line in delivered).encode()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "inbox" / "site_crawl" / ("a.jsonl.gz" if compressed else "a.jsonl")
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(content) if compressed else content)
        settings = Settings(home=Path(name) / "home", inbox=Path(name) / "inbox")
        ingest_source(load_contracts()["site_crawl"], settings, lambda message: None)
        broken = landed_rows(settings, "site_crawl", "row_number", "rejections is not null")
        whole = landed_rows(settings, "site_crawl", "row_number, url, title", "rejections is null")
    assert {number for (number,) in broken} == {
        number for number, cut in enumerate(cuts, start=1) if cut is not None or not said(lines[number - 1], "url")
    }
    assert whole == [
        (number, said(line, "url"), said(line, "title"))
        for number, (line, cut) in enumerate(zip(lines, cuts, strict=True), start=1)
        if cut is None and said(line, "url")
    ]


def said(line: str, key: str) -> str | None:
    return (json.loads(line)[key] or "").strip("\ufeff") or None
