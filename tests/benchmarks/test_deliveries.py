"""What the benchmarks change in an inbox and in the rules: one value, and a point of a weight."""

import shutil
from pathlib import Path

from benchmarks.deliveries import change_cell, change_weights, deliver_all
from pipelines.example import ExampleOptions
from pipelines.settings import SEEDS_DIR


def lines_of(folder: Path) -> list[tuple[str, str]]:
    files = sorted(path for path in folder.rglob("*.csv"))
    return [(path.name, line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_cell_of_the_example_is_changed(tmp_path: Path) -> None:
    deliver_all(ExampleOptions(sites=60, crawled=10, pages=4), tmp_path / "inbox")
    before = lines_of(tmp_path / "inbox" / "external_indicator")
    change_cell(tmp_path / "inbox")
    after = lines_of(tmp_path / "inbox" / "external_indicator")
    [(old, new)] = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    [(was, became)] = [pair for pair in zip(old[1].split(","), new[1].split(","), strict=True) if len(set(pair)) > 1]
    assert float(was) != float(became)


def test_a_point_of_a_weight_is_moved(tmp_path: Path) -> None:
    shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    before = lines_of(tmp_path / "seeds")
    change_weights(tmp_path / "seeds")
    changed = [pair for pair in zip(before, lines_of(tmp_path / "seeds"), strict=True) if len(set(pair)) > 1]
    assert {old[0] for old, _ in changed} == {"framework_nodes.csv"}
    assert len(changed) == 2
