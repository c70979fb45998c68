"""Seeds that break what their YAML promises are refused by file and line, before anything is built."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import SeedError
from pipelines.reference.rows import seed_path
from pipelines.reference.soundness import require_sound_reference
from pipelines.settings import SEEDS_DIR
from pipelines.warehouse.dbt_project import given_measures
from tests.fixtures.warehouse import project_manifest

Change = Callable[[list[str]], list[str]]


def refusal(tmp_path: Path, seed: str, change: Change) -> str:
    seeds = shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    path = seed_path(seeds, seed)
    path.write_text("\n".join(change(path.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")
    with pytest.raises(SeedError) as refused:
        require_sound_reference(seeds, given_measures(project_manifest()))
    return str(refused.value)


@pytest.mark.parametrize(
    ("seed", "change", "text"),
    [
        ("measures", lambda lines: ["code", *lines[1:]], "measures.csv, line 1: expected the columns measure_code"),
        ("levels", lambda lines: [*lines, "a,b"], "levels.csv, line 7: expected 4 cells, found 2"),
        ("levels", lambda lines: [*lines, "a,b,c,first"], "levels.csv, line 7: level_order: expected integer, found"),
        ("levels", lambda lines: [*lines, lines[1]], "levels.csv, line 7: the same level as line 2"),
        ("levels", lambda lines: [*lines, "a,,c,9"], "levels.csv, line 7: name_zh is empty"),
        (
            "levels",
            lambda lines: [lines[0], 'a,"b\nb",c,8', *lines[1:], "d,,c,9"],
            "seeds/reference/levels.csv, line 9: name_zh is empty",
        ),
        ("award_rules", lambda lines: [line.replace(",by_input,", ",toss,") for line in lines], "expected tie_rule in"),
        (
            "award_quotas",
            lambda lines: [*lines, lines[1].replace("series1", "series9")],
            "there is no edition 2017, series_code series9, title_code",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_line(tmp_path: Path, seed: str, change: Change, text: str) -> None:
    assert text in refusal(tmp_path, seed, change)


def test_a_seed_that_is_not_there_is_named(tmp_path: Path) -> None:
    seeds = shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    seed_path(seeds, "levels").unlink()
    with pytest.raises(SeedError, match=r"levels\.csv: expected one file of this name in .*seeds, found none"):
        require_sound_reference(seeds, given_measures(project_manifest()))


def test_a_seed_that_is_there_twice_is_named_with_both_places(tmp_path: Path) -> None:
    seeds = shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    shutil.copy(seed_path(seeds, "levels"), seeds / "levels.csv")
    with pytest.raises(SeedError, match=r"found seeds/levels\.csv, seeds/reference/levels\.csv"):
        require_sound_reference(seeds, given_measures(project_manifest()))


def test_seeds_of_a_centre_are_read_and_named_whatever_their_folders(tmp_path: Path) -> None:
    seeds = tmp_path / "rules"
    (seeds / "ours").mkdir(parents=True)
    for path in SEEDS_DIR.rglob("*.csv"):
        shutil.copy(path, seeds / "ours")
    require_sound_reference(seeds, given_measures(project_manifest()))
    lines = seed_path(seeds, "frameworks").read_text(encoding="utf-8").splitlines()
    with seed_path(seeds, "frameworks").open("a", encoding="utf-8") as stream:
        stream.write("\n" * 2 + lines[1] + "\n")
    with pytest.raises(
        SeedError, match=rf"rules/ours/frameworks\.csv, line {len(lines) + 3}: the same edition, index_code as line 2"
    ):
        require_sound_reference(seeds, given_measures(project_manifest()))
