"""Whatever is delivered: what comes out equals what went in, or is quarantined with its reason."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from pipelines.contracts import load_contracts
from pipelines.ingest import ingest_source
from pipelines.settings import Settings
from tests.conftest import landed_rows, write_workbook

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
@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
@rules(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_workbooks(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        cells = [["'" + cell if cell.startswith("=") else cell for cell in row] for row in rows]
        write_workbook(Path(name) / "inbox" / CONTRACT.name / "a.xlsx", {"表": [HEADER, *cells]})
        found, rejected = ingested(Path(name))
        assert (sorted(found), rejected) == expected([tuple(row) for row in cells])
