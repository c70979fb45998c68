"""Models are SQL that DuckDB and Spark both run: known functions, and no syntax that only one of them knows.

Where the engines differ a model calls a macro of ``models/macros/dialect.sql``. What passes here is proved to give the
same results by ``make test-spark``, which needs Java; this lint needs nothing and runs in every ``make test``.
"""

import re
from pathlib import Path

import pytest

from pipelines.settings import MODELS_DIR

# Functions with one meaning in both engines. A function is added once make test-spark has passed with it.
PORTABLE_FUNCTIONS = {
    "abs",
    "avg",
    "bool_and",
    "bool_or",
    "cast",
    "coalesce",
    "concat",
    "concat_ws",
    "contains",
    "count",
    "decimal",
    "dense_rank",
    "exp",
    "floor",
    "greatest",
    "last_day",
    "least",
    "ln",
    "lower",
    "lpad",
    "make_date",
    "max",
    "median",
    "min",
    "month",
    "nullif",
    "power",
    "quarter",
    "rank",
    "regexp_extract",
    "regexp_replace",
    "replace",
    "round",
    "row_number",
    "split",
    "split_part",
    "sqrt",
    "stddev_samp",
    "substring",
    "sum",
    "trim",
    "try_cast",
    "year",
}
WORDS_BEFORE_A_BRACKET = {
    "and",
    "as",
    "case",
    "else",
    "exists",
    "from",
    "in",
    "join",
    "not",
    "on",
    "or",
    "over",
    "select",
    "then",
    "using",
    "when",
    "where",
}
ONE_ENGINE_ONLY = {
    r"::": "cast with ::",
    r"\bqualify\b": "qualify",
    r"\bexclude\b": "select * exclude",
    r"\bilike\b": "ilike",
    r"\[": "a list or index in brackets",
    r"\bgroup by all\b|\border by all\b": "by all",
    r"\bnow\s*\(|\bcurrent_": "the time of the run",
    r",\s*\n?\s*from\b": "a comma before from",
    r'"': "an identifier in double quotes",
    r"\\": "a backslash, which Spark reads as an escape",
}
ENGINE_MACROS = {"dialect.sql", "raw_views.sql", "spark_seeds.sql"}
SHARED_SQL = sorted((MODELS_DIR / "sql").rglob("*.sql")) + [
    path for path in sorted((MODELS_DIR / "macros").glob("*.sql")) if path.name not in ENGINE_MACROS
]


def sql_alone(text: str) -> str:
    """The SQL of a file without Jinja, which runs before any engine, and without comments."""
    without_jinja = re.sub(r"\{#.*?#\}|\{%.*?%\}|--[^\n]*", "", text, flags=re.S)
    return re.sub(r"\{\{.*?\}\}", "jinja", without_jinja, flags=re.S)


def faults(text: str) -> list[str]:
    """What in the text only one engine would run."""
    sql = sql_alone(text)
    code = re.sub(r"'[^']*'", "''", sql)
    called = set(re.findall(r"\b([a-z_][a-z0-9_]*)\s*\(", code)) - WORDS_BEFORE_A_BRACKET
    unknown = [f"function {name}" for name in sorted(called - PORTABLE_FUNCTIONS - common_table_names(code))]
    texts_and_code = {r"\\": sql}
    syntax = [name for rule, name in ONE_ENGINE_ONLY.items() if re.search(rule, texts_and_code.get(rule, code))]
    return unknown + syntax


def common_table_names(code: str) -> set[str]:
    return set(re.findall(r"\b([a-z_][a-z0-9_]*)\s+as\s*\(", code))


@pytest.mark.parametrize("path", SHARED_SQL, ids=lambda path: path.stem)
def test_shared_sql_is_run_by_both_engines(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("select strpos(url, '/') from pages", "function strpos"),
        ("select url::text from pages", "cast with ::"),
        ("select list_filter(links, 1) from pages", "function list_filter"),
        ("select links[1] from pages", "a list or index in brackets"),
        ("select * exclude (url) from pages", "select * exclude"),
        ("select url,\nfrom pages", "a comma before from"),
        (r"select regexp_replace(url, '^www\.', '') from pages", "a backslash, which Spark reads as an escape"),
        ("select current_date from pages", "the time of the run"),
    ],
)
def test_the_lint_sees_what_one_engine_alone_runs(sql: str, fault: str) -> None:
    assert fault in faults(sql)
