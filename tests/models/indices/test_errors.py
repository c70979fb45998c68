"""Standard errors as they go up a tree, against draws in numpy: each mean, logarithms, gaps, what is unknown."""

import shutil

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.fixtures.composing import ENGINE, Composition, Row, compose, framework, node
from tests.fixtures.warehouse import compiled_model

UNITS = ["A", "B", "C"]
VALUES = {"one": [40.0, 80.0, 90.0], "two": [20.0, 60.0, None], "three": [70.0, 30.0, 55.0]}
ERRORS = {"one": [0.6, 0.0, 0.9], "two": [0.4, 1.1, None], "three": [0.8, 0.5, None]}
WEIGHTS = {"one": 5, "two": 3, "three": 2}
MEANS = ["arithmetic", "geometric", "harmonic"]
LOGS = {"treatment": "log", "normalisation": "goalposts", "goal_low": 0, "goal_high": 100}
GIVEN = {"normalisation": "given"}
DRAWS = 200_000
Errors = dict[tuple[str, str], float | None]


def tree(code: str, mean: str, **leaf: object) -> list[Row]:
    """Two of three leaves under a branch of their own."""
    leaves = {name: {"measure_code": f"external.{name}", "weight": weight} for name, weight in WEIGHTS.items()}
    return [
        node(code, "root", aggregation=mean),
        node(code, "branch", "root", aggregation=mean, weight=8),
        *(node(code, name, "root" if name == "three" else "branch", **cells, **leaf) for name, cells in leaves.items()),
    ]


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Errors:
    """The standard error of every index of every unit, given those of the leaves."""
    trees = [tree(mean, mean, **GIVEN) for mean in MEANS] + [tree(f"{mean}_of_logs", mean, **LOGS) for mean in MEANS]
    frameworks = [framework(str(rows[0]["index_code"])) for rows in trees]
    composition = Composition(frameworks, [row for rows in trees for row in rows], [])
    folder = tmp_path_factory.mktemp("errors")
    settings = compose(folder, composition, pl.DataFrame({"unit": UNITS, **VALUES}), tables=ENGINE)
    copy = folder / "copy" / settings.warehouse_path.name
    copy.parent.mkdir()
    shutil.copy(settings.warehouse_path, copy)
    given = [
        {"unit": f"unit:{unit}", "leaf": leaf, "error": error}
        for leaf, column in ERRORS.items()
        for unit, error in zip(UNITS, column, strict=True)
    ]
    with duckdb.connect(str(copy)) as connection:
        connection.register("given_errors", pl.DataFrame(given))
        put_in(
            connection,
            "int_indicator_raw",
            "select raw.* replace (error as standard_error) from intermediate.int_indicator_raw as raw"
            " inner join given_errors on subject_id = unit and node_code = leaf",
        )
        for model in ("int_indicator_normalised", "int_node_score"):
            put_in(connection, model, compiled_model(settings, model))
        rows = connection.sql(
            "select index_code, subject_id, sqrt(variance) from intermediate.int_node_score where node_code = 'root'"
        ).fetchall()
    return {(code, subject.removeprefix("unit:")): error for code, subject, error in rows}


def put_in(connection: duckdb.DuckDBPyConnection, model: str, query: str) -> None:
    """What the query gives, in place of a model, be that a table or a view."""
    connection.execute(f"create table made as {query}")
    [kind] = connection.execute(
        "select table_type from information_schema.tables where table_name = ?", [model]
    ).fetchone() or ("VIEW",)
    connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} intermediate.{model}")
    connection.execute(f"create table intermediate.{model} as from made")
    connection.execute("drop table made")


def drawn(mean: str, unit: str, *, of_logs: bool) -> float:
    """The spread of an index whose leaves are drawn about their values."""
    random = np.random.default_rng(7)
    place = UNITS.index(unit)
    found: dict[str, np.ndarray] = {}
    for leaf, column in VALUES.items():
        middle, error = column[place], ERRORS[leaf][place]
        if middle is not None and error is not None:
            values = random.normal(middle, error, DRAWS)
            found[leaf] = 100 * np.log(values + 1) / np.log(101) if of_logs else values
    branch = averaged(mean, {leaf: found[leaf] for leaf in ("one", "two") if leaf in found}, WEIGHTS)
    return float(np.std(averaged(mean, {"branch": branch, "three": found["three"]}, {**WEIGHTS, "branch": 8})))


def averaged(mean: str, scores: dict[str, np.ndarray], weights: dict[str, int]) -> np.ndarray:
    total = sum(weights[name] for name in scores)
    shares = {name: weights[name] / total for name in scores}
    if mean == "geometric":
        return np.prod([scores[name] ** share for name, share in shares.items()], axis=0)
    if mean == "harmonic":
        return 1 / np.sum([share / scores[name] for name, share in shares.items()], axis=0)
    return np.sum([share * scores[name] for name, share in shares.items()], axis=0)


@pytest.mark.parametrize("unit", ["A", "B"])
@pytest.mark.parametrize("of_logs", [False, True], ids=["values", "logs"])
@pytest.mark.parametrize("mean", MEANS)
def test_an_error_goes_up_every_kind_of_mean(mean: str, of_logs: bool, unit: str, errors: Errors) -> None:
    """Below a geometric mean it used to vanish, and the parent added up what was left."""
    code = f"{mean}_of_logs" if of_logs else mean
    assert errors[code, unit] == pytest.approx(drawn(mean, unit, of_logs=of_logs), rel=0.02)


@pytest.mark.parametrize("mean", MEANS)
def test_where_one_part_has_an_unknown_error_so_has_the_whole(mean: str, errors: Errors) -> None:
    """A part that is missing adds no error; one whose error nobody knows takes that of the whole with it."""
    assert errors[mean, "C"] is None
