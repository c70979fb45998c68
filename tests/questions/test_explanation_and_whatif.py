"""What a release says of a score: where it comes from, what would change the rank, and who moves by other weights."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.errors import CepingError, FrameworkError
from pipelines.publication.cards.facts import INDEX, NODE, ROUNDED
from pipelines.questions.explanation import Explanation, Part, explain
from pipelines.questions.whatif import rank_under
from pipelines.releases.release import Release
from pipelines.settings import Settings
from tests.fixtures.composing import ENGINE, Composition, Row, compose, framework, node
from tests.fixtures.index_reference import aggregate, competition_ranks
from tests.fixtures.read_cards import cards_of
from tests.fixtures.small_release import publish_warehouse
from tests.fixtures.warehouse import rows_of

UNITS = [f"U{number:02}" for number in range(1, 13)]
LEAVES = ("root.a", "branch.b", "branch.c")
AGGREGATIONS = ("arithmetic", "geometric", "harmonic")
WEIGHTINGS = ("equal", "entropy", "critic")
WAYS: dict[str, dict[str, object]] = {
    "given": {"normalisation": "given"},
    "given_wide": {"normalisation": "given"},
    "given_less": {"normalisation": "given", "direction": -1},
    "goalposts": {"normalisation": "goalposts", "goal_low": 0, "goal_high": 110},
    "goalposts_log": {"normalisation": "goalposts", "goal_low": 0, "goal_high": 150, "treatment": "log"},
    "deduction": {"normalisation": "deduction", "points_per_unit": 0.02, "direction": -1},
    "banded": {"normalisation": "banded"},
    "min_max": {"normalisation": "min_max"},
    "ranged": {"normalisation": "min_max", "goal_low": 1, "goal_high": 100},
    "min_max_less": {"normalisation": "min_max", "direction": -1},
    "rank": {"normalisation": "rank"},
    "percentile": {"normalisation": "percentile"},
    "best": {"normalisation": "distance_to_best"},
}
BANDS = [(0.0, 5.0), (25.0, 35.0), (50.0, 60.0), (70.0, 100.0), (95.0, 50.0)]
# A little on the other side of the value that is needed, and the best value of those whose scale has one.
SHORT = {"at_least": -1e-3, "above": -1e-3, "at_most": 1e-3, "below": 1e-3}
BEYOND = {"at_least": 0.0, "at_most": 0.0, "above": 1e-6, "below": -1e-6}
BEST = {
    "given": 100,
    "given_wide": 100,
    "given_less": 0,
    "goalposts": 110,
    "goalposts_log": 150,
    "banded": 80,
    "deduction": 0,
}


def codes() -> list[str]:
    return [f"{aggregation}_{way}" for aggregation in AGGREGATIONS for way in WAYS]


def tree(code: str, way: str, aggregation: str, columns: dict[str, str]) -> list[Row]:
    """A root with a leaf and a branch of two leaves; each leaf reads the column it is given."""
    methods = {"weighting": "relative", "aggregation": aggregation}
    rows = [
        node(code, "root", **methods, weight=10),
        node(code, "branch", "root", **methods, weight=6, node_order=3),
    ]
    for order, leaf in enumerate(LEAVES):
        cells = {"direction": 1, **WAYS[way], "weight": order + 2, "node_order": 2 if order == 0 else 4 + order}
        rows.append(node(code, leaf, leaf.split(".")[0], measure_code=f"external.{columns[leaf]}", **cells))
    return rows


def rubric() -> list[Row]:
    """Points, and two vetoes that strike a value of less than 0.5."""
    rows = [node("rubric", "root", weight=10, weighting="given", aggregation="rubric")]
    rows += [node("rubric", leaf, "root", weight=5, normalisation="given", measure_code=f"external.{column}")
             for leaf, column in (("root.a", "a"), ("root.b", "b"))]  # fmt: skip
    veto = {"normalisation": "banded", "is_veto": "true", "weight": 0}
    return [*rows, *(node("rubric", f"veto.{n}", "root", measure_code=f"external.veto{n}", **veto) for n in (1, 2))]


def measured() -> pl.DataFrame:
    random = np.random.default_rng(5)
    columns = {leaf[-1]: np.round(random.uniform(4, 96, len(UNITS)), 2) for leaf in LEAVES}
    frame = pl.DataFrame({"unit": UNITS, **columns}).with_columns(veto1=1.0, veto2=1.0, gap=pl.col("c"))
    struck = pl.col("unit") == UNITS[0]
    twice = pl.col("unit") == UNITS[1]
    return frame.with_columns(
        veto1=pl.when(struck | twice).then(0.2).otherwise(1.0),
        veto2=pl.when(twice).then(0.2).otherwise(1.0),
        gap=pl.when(pl.col("unit") == UNITS[4]).then(None).otherwise(pl.col("gap")),
    )


def composition(rows: dict[str, list[Row]]) -> Composition:
    nodes = [row for tree_rows in rows.values() for row in tree_rows]
    bands = [
        {"edition": row["edition"], "index_code": row["index_code"], "node_code": row["node_code"]}
        | {"lower_bound": bound, "points": points}
        for row in nodes
        if row.get("normalisation") == "banded"
        for bound, points in ([(0.0, 0.0), (0.5, 100.0)] if row.get("is_veto") == "true" else BANDS)
    ]
    frameworks = [framework(code, tied_within=3 if "wide" in code else 0.000001) for code in rows]
    return Composition(frameworks, nodes, bands)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    plain = {leaf: leaf[-1] for leaf in LEAVES}
    rows = {code: tree(code, code.partition("_")[2], code.partition("_")[0], plain) for code in codes()}
    for weighting in WEIGHTINGS:
        flat = [node(weighting, "root", weighting=weighting)]
        cells = {"normalisation": "given"}
        flat += [node(weighting, leaf, "root", measure_code=f"external.{leaf[-1]}", **cells) for leaf in LEAVES]
        rows[weighting] = flat
    gappy = tree("gappy", "given", "arithmetic", {**plain, "branch.c": "gap"})
    return compose(
        tmp_path_factory.mktemp("explained"), composition({**rows, "rubric": rubric(), "gappy": gappy}), measured()
    )


@pytest.fixture(scope="module")
def release(settings: Settings) -> Release:
    return publish_warehouse(settings)


@pytest.fixture(scope="module")
def explained(release: Release) -> dict[tuple[str, str], Explanation]:
    every = [one for unit in UNITS for one in explain(release, f"unit:{unit}")]
    return {(one.facts["index_code"], one.facts["subject_id"].removeprefix("unit:")): one for one in every}


def parts_of(part: Part) -> Iterator[Part]:
    yield part
    for below in part.parts:
        yield from parts_of(below)


def leaves_of(explanation: Explanation) -> dict[str, dict[str, Any]]:
    return {part.facts["node_code"]: part.facts for part in parts_of(explanation.root) if part.facts["is_leaf"]}


def middle(explained: dict[tuple[str, str], Explanation], code: str) -> Explanation:
    """The explanation of whoever ranks sixth, or first behind a tie."""
    ranked = [one for (index_code, _), one in explained.items() if index_code == code]
    return min((one for one in ranked if one.facts["subject_rank"] >= 6), key=lambda one: one.facts["subject_rank"])


@pytest.fixture(scope="module")
def tried(
    tmp_path_factory: pytest.TempPathFactory, explained: dict[tuple[str, str], Explanation]
) -> dict[tuple[str, str, str], int]:
    """Ranks after each leaf alone got the value it needs, a little less, or the best there is."""
    values, rows = measured(), {}
    for code in codes():
        aggregation, _, way = code.partition("_")
        one = middle(explained, code)
        unit = one.facts["subject_id"].removeprefix("unit:")
        for leaf, facts in leaves_of(one).items():
            for kind, value in attempts(way, facts, measured()[leaf[-1]]):
                name = f"{code}__{kind}__{leaf[-1]}"
                changed = pl.when(pl.col("unit") == unit).then(pl.lit(value)).otherwise(pl.col(leaf[-1]))
                values = values.with_columns(changed.alias(name))
                plain = {other: other[-1] for other in LEAVES}
                rows[name] = tree(name, way, aggregation, {**plain, leaf: name})
    built = compose(tmp_path_factory.mktemp("tried"), composition(rows), values, tables=ENGINE)
    ranks = {}
    for row in rows_of(built, "indices.idx_rank").iter_rows(named=True):
        code, kind, leaf = row["index_code"].split("__")
        if row["subject_id"] == middle(explained, code).facts["subject_id"]:
            ranks[code, kind, leaf] = row["subject_rank"]
    return ranks


def attempts(way: str, facts: dict[str, Any], values: pl.Series) -> Iterator[tuple[str, float]]:
    """Values to try; who sets a yardstick moves it with his value, which is more than the explanation looks at."""
    if way in ("min_max", "min_max_less", "ranged", "best") and facts["raw_value"] in (values.min(), values.max()):
        return
    if facts["change_code"] == "cannot_alone":
        if way in BEST:
            yield "best", float(BEST[way])
        return
    needed = facts["needed_value"]
    yield "enough", needed + BEYOND[facts["change_code"]]
    # Who takes a place pushes another down, so that less than what was said can do.
    if way not in ("rank", "percentile"):
        yield "short", needed + SHORT[facts["change_code"]]


@pytest.mark.parametrize("code", codes())
def test_the_value_that_is_needed_reaches_the_next_rank_and_a_little_less_does_not(
    code: str, explained: dict[tuple[str, str], Explanation], tried: dict[tuple[str, str, str], int]
) -> None:
    wanted = middle(explained, code).facts["next_rank"]
    ranks = {key[1:]: rank for key, rank in tried.items() if key[0] == code}
    assert ranks
    for (kind, leaf), rank in ranks.items():
        assert (rank <= wanted) == (kind == "enough"), (kind, leaf)


def test_every_way_has_a_leaf_that_can_and_some_have_one_that_cannot(
    tried: dict[tuple[str, str, str], int],
) -> None:
    assert {code.partition("_")[2] for code, kind, _ in tried if kind == "enough"} == set(WAYS)
    assert any(kind == "best" for _, kind, _ in tried)


def test_the_first_has_nothing_to_change_and_the_tree_foots(explained: dict[tuple[str, str], Explanation]) -> None:
    for one in explained.values():
        facts = [part.facts for part in parts_of(one.root)]
        if one.facts["subject_rank"] == 1:
            assert {fact["change_code"] for fact in facts} == {None}
        if one.facts["index_code"].startswith("arithmetic"):
            for part in parts_of(one.root):
                below = [child.facts for child in part.parts]
                if below:
                    assert sum(fact["weighted_score"] for fact in below) == pytest.approx(part.facts["score"])
                    if part.facts["score"] > 0:
                        assert sum(fact["contribution_share"] for fact in below) == pytest.approx(1)


def test_a_leaf_names_the_file_and_the_row_it_was_read_from(
    settings: Settings, explained: dict[tuple[str, str], Explanation]
) -> None:
    lines = (settings.inbox_dir / "external_indicator" / "指标.csv").read_text(encoding="utf-8").splitlines()
    for (_, unit), one in explained.items():
        for facts in leaves_of(one).values():
            if facts["raw_value"] is None:
                assert facts["evidence"] is None
                continue
            (read,) = facts["evidence"]
            cells = lines[int(read["row_numbers"]) - 1].split(",")
            assert read["file_name"] == "指标.csv"
            assert cells[1:3] == [unit, facts["measure_code"].removeprefix("external.")]
            assert float(cells[4]) == facts["raw_value"]


def test_one_veto_can_be_lifted_alone_and_two_cannot(explained: dict[tuple[str, str], Explanation]) -> None:
    once, twice = (leaves_of(explained["rubric", unit]) for unit in UNITS[:2])
    score = (once["root.a"]["score"] + once["root.b"]["score"]) / 2
    assert score > explained["rubric", UNITS[0]].facts["next_score"]
    assert (once["veto.1"]["change_code"], once["veto.1"]["needed_value"]) == ("at_least", 0.5)
    others = [once["root.a"], once["root.b"], once["veto.2"], *twice.values()]
    assert {facts["change_code"] for facts in others} == {"cannot_alone"}


def test_what_was_not_measured_says_what_it_would_have_to_be(explained: dict[tuple[str, str], Explanation]) -> None:
    one = explained["gappy", UNITS[4]]
    facts = leaves_of(one)
    assert facts["branch.c"]["raw_value"] is None
    assert facts["branch.c"]["null_reason"] == "not_measured"
    a, b = facts["root.a"]["score"], facts["branch.b"]["score"]
    needed = facts["branch.c"]["needed_score"]
    if needed is not None:
        reached = (2 * a + 6 * (3 * b + 4 * needed) / 7) / 8
        assert reached == pytest.approx(one.facts["next_score"])
    assert one.facts["subject_rank"] is not None


def rounded(facts: dict[str, Any], names: Sequence[str]) -> list[Any]:
    return [
        pytest.approx(facts[name], abs=0.5 * 10 ** -ROUNDED[name])
        if name in ROUNDED and facts[name] is not None
        else facts[name]
        for name in names
    ]


def test_every_card_says_what_explain_says_cell_by_cell(
    release: Release, explained: dict[tuple[str, str], Explanation]
) -> None:
    cards = cards_of(release.public)
    of_cards = {
        (index["index_code"], subject.removeprefix("unit:")): index
        for subject, card in cards.items()
        for index in card["indices"]
    }
    assert of_cards.keys() == explained.keys()
    for key, index in of_cards.items():
        one = explained[key]
        assert [index[name] for name in INDEX] == rounded(one.facts, INDEX), key
        parts = [part.facts for part in parts_of(one.root)]
        assert len(parts) == len(index["nodes"])
        for values, facts in zip(index["nodes"], parts, strict=True):
            assert values[:-1] == rounded(facts, NODE[:-1]), (key, facts["node_code"])
            counts: dict[str, int] = {}
            for read in facts["evidence"] or ():
                counts[read["source"]] = counts.get(read["source"], 0) + read["row_count"]
            assert values[-1] == ([list(item) for item in sorted(counts.items())] or None)


def test_the_bounds_of_a_gap_are_what_nothing_and_everything_there_would_give(
    release: Release, explained: dict[tuple[str, str], Explanation]
) -> None:
    indices = {index["index_code"]: index for index in cards_of(release.public)[f"unit:{UNITS[4]}"]["indices"]}
    assert {code for code, index in indices.items() if index["bounds"]} == {"gappy"}
    facts = leaves_of(explained["gappy", UNITS[4]])
    a, b = facts["root.a"]["score"], facts["branch.b"]["score"]
    bounds = [(2 * a + 6 * (3 * b + 4 * given) / 7) / 8 for given in (0, 100)]
    assert indices["gappy"]["bounds"] == pytest.approx(bounds, abs=1e-5)


def test_the_macro_answers_to_a_name_and_in_sql(release: Release) -> None:
    with release.open() as connection:
        by_id, by_name = (
            connection.execute("select count(*), max(depth) from explain_score(?)", [subject]).fetchone()
            for subject in ("unit:U03", "单位U03")
        )
        described = connection.execute(
            "select description_en, description_zh from reference.catalog where table_name = 'explain_score'"
        ).fetchone()
    assert by_id == by_name
    assert by_id is not None
    assert by_id[1] == 2
    assert described is not None
    assert all(described)


def ask(settings: Settings, *arguments: str) -> tuple[int, str]:
    answered = CliRunner().invoke(app, ["explain", *arguments, "--home", str(settings.home_dir)])
    return answered.exit_code, answered.output


def test_the_command_prints_a_tree_and_the_same_as_json(settings: Settings, release: Release) -> None:
    code, shown = ask(settings, "单位U06", "--index", "arithmetic_given")
    assert code == 0
    for text in ("单位U06", "unit:U06", "external_indicator/指标.csv", "贡献 contributes", "可升至第"):
        assert text in shown
    code, printed = ask(settings, "unit:U06", "--index", "arithmetic_given", "--format", "json")
    assert code == 0
    (one,) = json.loads(printed)
    assert one["tree"]["node_code"] == "root"
    assert [part["node_code"] for part in one["tree"]["parts"]] == ["root.a", "branch"]
    assert one["tree"]["parts"][0]["evidence"][0]["file_name"] == "指标.csv"


def test_who_is_not_known_is_told_who_may_have_been_meant(release: Release, tmp_path: Path) -> None:
    with pytest.raises(CepingError, match="perhaps one of\n  unit:U01  单位U01"):
        explain(release, "单位U")
    with pytest.raises(CepingError, match="is not scored in nothing; it is in"):
        explain(release, "unit:U01", "nothing")
    code, shown = ask(Settings(home=tmp_path), "unit:U01")
    assert (code, "nothing of edition 2017 is published" in shown) == (1, True)


def write_weights(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("index_code", "node_code", "weight"), *rows])
    return path


def test_unchanged_weights_give_what_was_published_to_the_last_digit(
    settings: Settings, release: Release, tmp_path: Path
) -> None:
    nodes = rows_of(settings, "indices.dim_framework_node")
    by_data = nodes.filter(pl.col("weighting").is_in(WEIGHTINGS))["index_code"].to_list()
    present = pl.when(pl.col("index_code").is_in(by_data)).then("weight_share").otherwise("weight")
    weights = nodes.filter(pl.col("weight_share").is_not_null()).select("index_code", "node_code", present)
    found = rank_under(release, write_weights(tmp_path / "weights.csv", weights.rows()))
    assert len(found) == len(rows_of(settings, "indices.idx_rank"))
    assert {row["index_code"] for row in found} == {*codes(), *WEIGHTINGS, "rubric", "gappy"}
    for row in found:
        assert row["new_score"] == row["published_score"]
        assert row["new_rank"] == row["published_rank"]


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_other_weights_agree_with_an_independent_computation(
    release: Release, tmp_path: Path, aggregation: str
) -> None:
    code = f"{aggregation}_given"
    path = write_weights(
        tmp_path / "weights.csv", [(code, "branch", 1), (code, "branch.b", 0.5), (code, "branch.c", 9)]
    )
    rows = {row["subject_id"].removeprefix("unit:"): row for row in rank_under(release, path)}
    expected = {}
    for unit, a, b, c in measured().select("unit", "a", "b", "c").iter_rows():
        branch = aggregate(aggregation, np.array([0.5, 9]), [b, c])
        score = aggregate(aggregation, np.array([2, 1]), [a, branch])
        assert score is not None
        expected[unit] = score
    assert {unit: row["new_score"] for unit, row in rows.items()} == pytest.approx(expected, abs=1e-9)
    assert {unit: row["new_rank"] for unit, row in rows.items()} == competition_ranks(expected)
    assert any(row["places_gained"] for row in rows.values())
    assert sum(row["places_gained"] for row in rows.values()) == 0


def test_a_veto_stays_a_veto_and_equal_siblings_can_be_weighed(release: Release, tmp_path: Path) -> None:
    rows = [("rubric", "root.a", 9), ("equal", "root.a", 0), ("equal", "branch.b", 1), ("equal", "branch.c", 0)]
    found = {(row["index_code"], row["subject_id"][5:]): row for row in
             rank_under(release, write_weights(tmp_path / "weights.csv", rows))}  # fmt: skip
    assert found["rubric", UNITS[0]]["new_score"] == 0
    by_unit = {unit: (a, b) for unit, a, b in measured().select("unit", "a", "b").iter_rows()}
    for unit in UNITS[2:]:
        a, b = by_unit[unit]
        assert found["rubric", unit]["new_score"] == pytest.approx((9 * a + 5 * b) / 14, abs=1e-9)
        assert found["equal", unit]["new_score"] == pytest.approx(b, abs=1e-9)


def test_analysts_ask_it_in_sql(release: Release) -> None:
    with release.open() as connection:
        connection.execute(
            "create temp table mine as select 'arithmetic_given' as index_code, 'root.a' as node_code, 40 as weight"
        )
        row = connection.execute(
            "select count(*), bool_or(new_score <> published_score) from whatif('mine')"
        ).fetchone()
    assert row == (len(UNITS), True)


def test_weights_that_fit_nothing_are_refused_with_their_lines(release: Release, tmp_path: Path) -> None:
    rows = [
        ("arithmetic_given", "root.a", 1),
        ("arithmetic_given", "root.a", 2),
        ("arithmetic_given", "nowhere", 1),
        ("rubric", "veto.1", 1),
        ("rubric", "root", 1),
        ("rubric", "root.a", "much"),
        ("rubric", "root.b", -1),
    ]
    with pytest.raises(FrameworkError) as refused:
        rank_under(release, write_weights(tmp_path / "weights.csv", rows))
    told = [line.partition("weights.csv, ")[2] for line in str(refused.value).splitlines()]
    assert told == [
        "line 3: root.a is named twice",
        "line 4: the release has no node nowhere in an index arithmetic_given",
        "line 5: veto.1 has no weight: it is the index itself, or a veto",
        "line 6: root has no weight: it is the index itself, or a veto",
        "line 7: 'much' is not a weight",
        "line 8: -1 is not a weight",
    ]
    (tmp_path / "short.csv").write_text("index_code,weight\n", encoding="utf-8")
    with pytest.raises(FrameworkError, match="there is no column node_code"):
        rank_under(release, tmp_path / "short.csv")


def test_the_command_shows_who_moves(settings: Settings, release: Release, tmp_path: Path) -> None:
    path = write_weights(tmp_path / "weights.csv", [("arithmetic_given", "root.a", 40)])
    home = ["--home", str(settings.home_dir)]
    shown = CliRunner().invoke(app, ["whatif", str(path), *home])
    assert shown.exit_code == 0
    moved = [row for row in rank_under(release, path) if row["places_gained"]]
    assert f"{len(UNITS)} 个对象中 {len(moved)} 个变动位次" in shown.output
    printed = CliRunner().invoke(app, ["whatif", str(path), *home, "--format", "json"])
    assert len(json.loads(printed.output)) == len(UNITS)
