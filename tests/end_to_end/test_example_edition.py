"""The example edition: from invented rows to the figures of the 2017 bulletin."""

import csv
import gzip
import hashlib
import json
from itertools import combinations
from pathlib import Path

import duckdb
import fastexcel
import numpy as np
import pytest

from pipelines.foundation.sql import SIGNIFICANT_DIGITS, files_literal
from pipelines.ingest.contracts import load_contracts
from pipelines.publication.snapshot import MACROS_DIR
from pipelines.reference.rows import read_rows
from pipelines.settings import SEEDS_DIR
from tests.fixtures.whole_runs import Edition


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def published(number: float) -> float:
    """A number with the digits that are published of it."""
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")


def test_every_computable_figure_is_that_of_the_bulletin(example: Edition) -> None:
    figures = example.figures()
    assert figures["trend3.integrated_platforms"] == 29
    assert figures["trend3.three_level_platforms"] == 16
    assert figures["trend2.running_sites"] == 29_431
    assert figures["trend2.inspected_sites"] == 12_466
    assert round(figures["trend2.inspected_share"] or 0, 4) == 0.4236
    assert round(figures["trend2.pass_share"] or 0, 2) == 0.94
    assert figures["trend4.fusion_central_department"] == published(39 / 70)
    assert figures["trend4.fusion_province"] == published(31 / 32)
    assert figures["trend4.fusion_key_city"] == published(31 / 32)
    assert figures["trend4.fusion_prefecture"] == published(184 / 302)
    assert figures["trend5.robots"] == 237
    assert figures["trend5.robot_usable_share"] == published(70 / 237)
    assert figures["trend2.running_sites_2016"] == 46_333
    assert figures["trend2.policy_share"] == published(24 / 31)
    assert figures["trend4.main_accounts"] == 1
    assert figures["trend5.best_robot_accuracy"] == 0.98
    assert round(figures["trend5.robot_right_share"] or 0, 3) == 0.122


def test_what_cannot_be_computed_says_what_is_missing(example: Edition) -> None:
    verdicts = [row["verdict"] for row in example.rows("select distinct verdict from trends.figure order by all")]
    # The bulletin says nothing of the robots that cannot be used.
    assert verdicts == ["agrees", "contradicted", "unpublished"]
    missing = {
        row["claim_id"]: row["missing_input"]
        for row in example.rows("select claim_id, missing_input from trends.claim where verdict = 'not_computable'")
    }
    assert missing["N14"] == "assistant_log"
    assert missing["T5d"] == "future"


def test_the_claims_of_the_bulletin_all_have_a_verdict(example: Edition) -> None:
    counted = example.rows("select verdict, count(*) as claims from trends.claim group by verdict")
    verdicts = {row["verdict"]: row["claims"] for row in counted}
    assert sum(verdicts.values()) == 82
    assert verdicts["contradicted"] == 3
    assert example.rows("select claim_id from trends.claim where verdict = 'differs'") == []


def test_mean_error_and_number_do_not_tell_a_count_that_is_hidden(example: Edition) -> None:
    """Every way in which so many can have answered the five options, held against what is published of them."""
    measures = " union all ".join(
        f"select '{row['question_number']}' as question_number, '{row['measure']}' as measure"
        for _, row in read_rows(SEEDS_DIR, "survey_questions")
        if row["question_kind"] == "scale"
    )
    hidden = example.rows(
        "select distinct scores.respondent_count, scores.mean_score, scores.standard_error "
        f"from core.fct_survey_option as options inner join ({measures}) as questions using (question_number) "
        "inner join core.fct_survey_score as scores using (edition, subject_id, measure) "
        "where options.breakdown = 'subject' and options.null_reason is not null and not scores.is_suppressed"
    )
    assert len(hidden) > 100
    scores = np.array([100.0, 75, 50, 25, 0])
    for row in hidden:
        count = row["respondent_count"]
        bars = np.array(list(combinations(range(count + 4), 4)))
        edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), count + 4)])
        ways = np.diff(edges, axis=1) - 1
        mean = ways @ scores / count
        error = np.sqrt(np.maximum(ways @ scores**2 - count * mean**2, 0) / (count - 1) / count)
        step = 0 if row["standard_error"] >= 1 else 1
        fits = ways[
            (np.abs(mean - row["mean_score"]) < 1e-5) & (np.abs(error.round(step) - row["standard_error"]) < 1e-9)
        ]
        is_told = (fits == fits[0]).all(axis=0) & (fits[0] > 0) & (fits[0] < 5)
        assert len(fits) > 1, row
        assert not is_told.any(), row


def test_the_database_opened_by_itself_holds_what_the_command_answers(example: Edition) -> None:
    with duckdb.connect(str(example.release / "ceping-2017.duckdb"), read_only=True) as connection:
        held = connection.execute("select figure_id, computed from trends.figure").fetchall()
    assert dict(held) == example.figures()


def test_every_macro_is_in_the_release_and_every_score_can_be_explained(example: Edition) -> None:
    macros = example.rows("select table_name, description_zh from reference.catalog where data_type like 'macro%'")
    assert {row["table_name"] for row in macros} == {path.stem for path in MACROS_DIR.glob("*.sql")}
    (first,) = example.rows(
        "select subject_id from indices.idx_rank where index_code = 'influence' and subject_rank = 2 "
        "order by subject_id limit 1"
    )
    nodes = example.rows(f"select * from explain_score('{first['subject_id']}') where index_code = 'influence'")
    measured = [node for node in nodes if node["raw_value"] is not None and not node["is_imputed"]]
    assert measured
    assert all(node["evidence"] for node in measured)
    assert {node["change_code"] is None for node in nodes if node["is_leaf"]} == {False}


def test_every_flawed_row_is_quarantined_where_it_stands(example: Edition) -> None:
    rows = example.rows("select source, column_name, reason_code, file_name, row_number from audit.quarantine")
    assert sorted((row["source"], row["column_name"], row["reason_code"]) for row in rows) == [
        ("declaration", "subject_code", "conflicting_key"),
        ("declaration", "subject_code", "conflicting_key"),
        ("declaration", "unit_code", "check_digit"),
        ("expert_review", "score", "out_of_range"),
        ("robot_test", "is_answered", "not_a_boolean"),
        ("robot_test", "subject_code", "unknown_reference"),
        ("site_crawl", "fetch_outcome", "not_in_list"),
        ("site_crawl", "http_status", "out_of_range"),
        ("site_crawl", "site_code", "unknown_reference"),
        ("site_crawl", "url", "missing"),
        ("site_crawl", "whole row", "broken_row"),
        ("site_inspection", "inspected_date", "not_a_date"),
        ("site_inspection", "site_code", "unknown_reference"),
        ("site_registry", "level", "not_in_list"),
        ("site_registry", "region_code", "unknown_reference"),
        ("site_registry", "site_code", "duplicate_key"),
        ("site_registry", "site_name", "missing"),
    ]
    cut = next(row for row in rows if row["reason_code"] == "broken_row")
    assert (cut["file_name"], cut["row_number"]) == ("抓取结果-001.jsonl.gz", 60_005)


def cells_at(path: Path, sheet: str | None, row_number: int) -> list[str]:
    """The cells of a row as a person finds it who opens the file."""
    if path.suffix == ".csv":
        with path.open(encoding="gb18030", newline="") as stream:
            return list(csv.reader(stream))[row_number - 1]
    if path.suffix == ".gz":
        line = gzip.decompress(path.read_bytes()).decode().splitlines()[row_number - 1]
        return [str(cell) for cell in json.loads(line).values()]
    rows = fastexcel.read_excel(path).load_sheet(str(sheet), header_row=None, skip_rows=0, dtypes="string").to_polars()
    return ["" if cell is None else cell for cell in rows.row(row_number - 1)]


def test_the_place_named_holds_the_value_refused(example: Edition) -> None:
    rows = example.rows(
        "select source, file_name, sheet, row_number, rejected_value from audit.quarantine "
        "where reason_code <> 'broken_row'"
    )
    assert len(rows) == 16
    personal = {name for name, contract in load_contracts().items() if contract.has_personal}
    assert {row["source"] for row in rows} & personal == {"declaration"}
    for row in rows:
        if row["source"] in personal and row["rejected_value"] is None:
            continue
        cells = cells_at(example.inbox / row["source"] / row["file_name"], row["sheet"], row["row_number"])
        refused = [row["rejected_value"]] if row["rejected_value"] is not None else ["", "None"]
        assert set(refused) & set(cells), row
    assert {row["sheet"] for row in rows if row["source"] == "site_inspection"} == {"抽查结果"}


def test_every_row_read_is_loaded_or_quarantined(example: Edition) -> None:
    [total] = example.rows(
        "select bool_and(is_balanced) as balanced, sum(rows_read)::bigint as rows_read, "
        "sum(rows_loaded + rows_quarantined)::bigint as accounted from audit.row_balance"
    )
    assert total == {"balanced": True, "rows_read": 156_496, "accounted": 156_496}


def test_everything_made_by_the_generator_says_so(example: Edition) -> None:
    with duckdb.connect(str(next(example.release.glob("*.duckdb"))), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.columns "
            "where column_name = 'is_synthetic' and table_schema in ('core', 'trends') "
            "and table_name not in ('figure', 'figure_over_time', 'claim', 'claim_check')"
        ).fetchall()
        assert len(tables) == 31
        for (table,) in tables:
            counted = connection.execute(f"select count(*) from {table} where not is_synthetic").fetchone()
            assert counted == (0,), table
        figures = connection.execute("select distinct is_synthetic from trends.figure where computed is not null")
        assert figures.fetchall() == [(True,)]
    public, internal = example.release, example.internal
    told_on = {
        public / "index.html": "示例",
        public / "en/index.html": "synthetic",
        internal / "quality.html": "示例",
    }
    for page, told in told_on.items():
        assert told in page.read_text(encoding="utf-8"), page
    assert json.loads((example.release / "manifest.json").read_text(encoding="utf-8"))["is_synthetic"] is True


def test_every_table_and_column_explains_itself_in_both_languages(example: Edition) -> None:
    with duckdb.connect(str(next(example.release.glob("*.duckdb"))), read_only=True) as connection:
        comments = connection.execute(
            "select table_name, comment from duckdb_tables() union all "
            "select table_name || '.' || column_name, comment from duckdb_columns() where not internal"
        ).fetchall()
    assert len(comments) > 150
    assert not [name for name, comment in comments if " | " not in (comment or "")]


def test_the_sums_are_those_of_the_files(example: Edition) -> None:
    lines = (example.release / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: value for value, name in (line.split("  ", 1) for line in lines)}
    files = [path for path in example.release.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert {path.relative_to(example.release).as_posix() for path in files} == set(sums)
    for path in files:
        name = path.relative_to(example.release).as_posix()
        assert digest(path) == sums[name], name


def test_the_manifest_names_the_delivered_files_and_the_published_ones(example: Edition) -> None:
    manifest = json.loads((example.release / "manifest.json").read_text(encoding="utf-8"))
    delivered = sorted((path.parent.name, digest(path)) for path in example.inbox.glob("*/*"))
    assert sorted((file["source"], file["sha256"]) for file in manifest["inputs"]) == delivered
    names = example.rows("select source, file_name, sha256 from audit.file_ledger")
    assert {(row["source"], row["file_name"]) for row in names} == {
        (path.parent.name, path.name) for path in example.inbox.glob("*/*")
    }
    published = {file["path"]: file["sha256"] for file in manifest["files"]}
    for part in ("public", "internal"):
        assert published.pop(f"{part}/ceping-2017.duckdb") is None
    assert published == {name: digest(example.release.parent / name) for name in published}
    tables = {f"internal/parquet/{table['schema_name']}/{table['name']}.parquet" for table in manifest["tables"]}
    assert tables < set(published)


def test_a_release_is_not_for_writing(example: Edition) -> None:
    files = [path for path in example.release.rglob("*") if path.is_file()]
    assert not [path for path in files if path.stat().st_mode & 0o222]


@pytest.mark.parametrize("word", ["bulletin", "quality report", "database", "ceping sql"])
def test_the_run_ends_by_saying_where_to_look(example: Edition, word: str) -> None:
    assert word in example.printed.split("\nRelease ")[1]


# What the example gives away of the people behind declarations and answers; none of it may be found anywhere.
PERSONAL = ("示例联系人", "示例姓名", "示例昵称", "1997777", "1997778", "example.invalid", "10.0.2.", "(浙江-杭州)")


@pytest.fixture(scope="module")
def kept_of_people(example: Edition) -> list[tuple[str, str]]:
    """Every table and file that holds something personal, and what."""
    landing = list((example.home / "landing").rglob("*.parquet"))
    assert len(landing) > 14
    parquet = [*landing, *(example.home / "candidates").rglob("*.parquet")]
    others = [path for path in example.home.rglob("*") if path.is_file() and path.suffix not in (".parquet", ".duckdb")]
    assert others
    databases = [example.home / "work" / "warehouse.duckdb", *example.release.glob("*.duckdb")]
    assert len(databases) == 2
    found = [held for database in databases for held in held_by_tables(database)]
    with duckdb.connect() as connection:
        found += [(str(path), text) for path in parquet for text in held_by(connection, files_literal(path))]
    found += [(str(path), text) for path in others for text in PERSONAL if text.encode() in path.read_bytes()]
    return found


def held_by_tables(database: Path) -> list[tuple[str, str]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return [(f"{database}: {name}", text) for (name,) in names for text in held_by(connection, name)]


def held_by(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    tests = ", ".join("bool_or(contains(cast(row as varchar), ?))" for _ in PERSONAL)
    [flags] = connection.execute(f"select {tests} from {table} as row", PERSONAL).fetchall()
    return [text for text, is_held in zip(PERSONAL, flags, strict=True) if is_held]


@pytest.mark.parametrize("text", PERSONAL)
def test_no_personal_data_outlives_the_delivered_file(kept_of_people: list[tuple[str, str]], text: str) -> None:
    assert [place for place, held in kept_of_people if held == text] == []


def test_the_delivered_files_do_hold_what_must_not_be_kept(example: Edition) -> None:
    declared = gzip.decompress((example.inbox / "declaration" / "网上申报.jsonl.gz").read_bytes()).decode()
    [answered] = (example.inbox / "survey_response").glob("*.csv")
    delivered = declared + answered.read_text(encoding="gb18030")
    assert [text for text in PERSONAL if text not in delivered] == []


def test_every_reason_for_a_missing_value_has_words(example: Edition) -> None:
    query = (
        "select distinct null_reason from indices.idx_score where null_reason is not null and null_reason not in "
        "(select label_code from core.dim_label where label_kind = 'null_reason')"
    )
    assert example.rows(query) == []
