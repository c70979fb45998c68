"""A new edition is rows after those of another: all or none, in the form each file has."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import CepingError, SeedError
from pipelines.reference.editions import described_editions, new_edition, require_described, shift_years
from pipelines.reference.rows import read_rows, seed_path
from pipelines.reference.seeds import find_faults, read_specs
from pipelines.settings import SEEDS_DIR
from tests.fixtures.whole_runs import contents

EVERYTHING = {"nomination", "expert_review", "survey_response"}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return shutil.copytree(SEEDS_DIR, tmp_path / "seeds")


def rows_of(seeds: Path, seed: str, edition: int, column: str = "edition") -> list[dict[str, str]]:
    return [row for _, row in read_rows(seeds, seed) if row[column] == str(edition)]


def test_every_seed_gets_the_rows_of_the_model_behind_all_others(seeds: Path) -> None:
    written = {each.seed: each for each in new_edition(seeds, 2018, 2017)}
    for name, spec in read_specs().items():
        before, after = seed_path(SEEDS_DIR, name).read_bytes(), seed_path(seeds, name).read_bytes()
        copied = spec.new_edition is not None and spec.new_edition.rows == "copied"
        assert (after != before) == copied == (name in written), name
        assert after.startswith(before)
        if spec.new_edition is not None and copied:
            together = spec.new_edition.together
            had = rows_of(SEEDS_DIR, name, 2018, spec.new_edition.column)
            own = {tuple(row[column] for column in together) for row in had} if together else set()
            model = [
                row
                for row in rows_of(seeds, name, 2017, spec.new_edition.column)
                if tuple(row[column] for column in together) not in own
            ]
            new = rows_of(seeds, name, 2018, spec.new_edition.column)[len(had) :]
            assert len(new) == len(model) == len(written[name].rows) > 0
            changed = {spec.new_edition.column, *spec.new_edition.shifted, *spec.new_edition.replaced}
            for ours, theirs in zip(new, model, strict=True):
                assert {key for key in ours if ours[key] != theirs[key]} <= changed
    assert not list(find_faults(seeds))
    require_described(seeds, 2018, EVERYTHING)


def test_an_index_that_the_edition_has_of_its_own_stays_as_it_is(seeds: Path) -> None:
    """The organiser's framework of 2018 for party sites is there before the edition is."""
    before = rows_of(seeds, "framework_nodes", 2018)
    assert {row["index_code"] for row in before} == {"party_site"}
    new_edition(seeds, 2018, 2017)
    after = rows_of(seeds, "framework_nodes", 2018)
    assert [row for row in after if row["index_code"] == "party_site"] == before
    assert "influence" in {row["index_code"] for row in after}


def test_days_and_periods_move_on_and_what_was_printed_stays_behind(seeds: Path) -> None:
    new_edition(seeds, 2018, 2017)
    [edition] = rows_of(seeds, "editions", 2018)
    assert (edition["division_date"], edition["stock_date"]) == ("2018-12-31", "2018-09-01")
    assert [row["stock_date"] for row in rows_of(seeds, "stock_dates", 2018)][:2] == ["2017-12-31", "2018-03-01"]
    figures = {row["figure_id"]: row for row in rows_of(seeds, "figures", 2018)}
    assert figures["trend2.inspected_sites"]["group_code"] == "2018Q3:local_self_check"
    for row in figures.values():
        assert (row["published_value"], row["qualifier"], row["claim_id"]) == ("", "", "")
    assert not [name for name in ("claims", "claim_rules", "corrections") if rows_of(seeds, name, 2018)]
    facts = {row["fact_code"]: row["text_zh"] for row in rows_of(seeds, "edition_facts", 2018)}
    assert (facts["started"], facts["first_year"]) == ("2018年6月", "2002")
    years = rows_of(seeds, "award_years", 2018, "held_year")
    assert {(row["held_code"], row["origin"], row["source"]) for row in years} == {
        ("all", "own_design", ""),
        ("series5", "own_design", ""),
    }


@pytest.mark.parametrize(
    ("text", "shifted"),
    [
        ("2017-09-01", "2018-09-01"),
        ("2016 年底", "2017 年底"),
        ("2017Q3:local_self_check", "2018Q3:local_self_check"),
        ("since 2002, for 20170 sites, 12017 of them", "since 2002, for 20170 sites, 12017 of them"),
        ("2018", "2018"),
    ],
)
def test_the_year_of_an_edition_and_the_one_before_move_on(text: str, shifted: str) -> None:
    assert shift_years(text, 2017, 2018) == shifted


def test_a_leap_day_moves_on_to_the_day_before() -> None:
    assert shift_years("2016-02-29", 2016, 2017) == "2017-02-28"
    assert shift_years("2016-02-29", 2016, 2020) == "2020-02-29"


@pytest.mark.parametrize(("edition", "model"), [(2017, 2016), (2016, 2017), (2018, 2015)])
def test_an_edition_that_is_there_and_a_model_that_is_not_are_refused(seeds: Path, edition: int, model: int) -> None:
    with pytest.raises(CepingError, match=r"seeds/reference/editions\.csv, which has 2016, 2017"):
        new_edition(seeds, edition, model)
    assert contents(seeds) == contents(SEEDS_DIR)


def test_what_would_break_a_seed_is_not_written(seeds: Path) -> None:
    parameters = seed_path(seeds, "parameters")
    with parameters.open("a", encoding="utf-8") as stream:
        stream.write("2018,survey.cell_min,5,respondents,a,b,c\n")
    last = len(parameters.read_text(encoding="utf-8").splitlines())
    before = contents(seeds)
    same = rf"parameters\.csv, line \d+: the same edition, parameter_code as line {last}"
    with pytest.raises(SeedError, match=same):
        new_edition(seeds, 2018, 2017)
    assert contents(seeds) == before


def test_where_one_file_cannot_be_written_none_is(seeds: Path) -> None:
    # What is written first takes another name, and here something else has it.
    blocked = seed_path(seeds, "stock_dates").with_name("stock_dates.csv.writing")
    blocked.mkdir()
    before = contents(seeds)
    with pytest.raises(OSError, match="stock_dates"):
        new_edition(seeds, 2018, 2017)
    assert contents(seeds) == before


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="root may write to everything")
def test_a_seed_that_may_not_be_written_to_is_named_by_its_own_path(seeds: Path) -> None:
    blocked = seed_path(seeds, "stock_dates")
    blocked.parent.chmod(0o555)
    blocked.chmod(0o444)
    command = [sys.executable, "-m", "pipelines.cli", "edition", "new", "2018", "--from", "2017"]
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    environment = {**os.environ, "CEPING_SEEDS": str(seeds)}
    refused = subprocess.run([*without, *command], env=environment, capture_output=True, text=True, check=False)
    blocked.parent.chmod(0o755)
    assert refused.returncode == 1
    assert re.match(rf"error: {re.escape(str(blocked.parent))}\S*: Permission denied; give the user", refused.stderr)


def test_a_required_seed_without_rows_is_named_with_the_command_that_writes_them(seeds: Path) -> None:
    new_edition(seeds, 2018, 2017)
    path = seed_path(seeds, "award_series")
    shutil.copy(seed_path(SEEDS_DIR, "award_series"), path)
    require_described(seeds, 2018, set())
    command = r"has no row in seeds/awards/award_series\.csv; write its rows by: ceping edition new 2018 --from 2017"
    with pytest.raises(CepingError, match=rf"edition 2018 {command} --missing$"):
        require_described(seeds, 2018, EVERYTHING)
    assert [each.seed for each in new_edition(seeds, 2018, 2017, missing=True)] == ["award_series"]
    require_described(seeds, 2018, EVERYTHING)
    with pytest.raises(CepingError, match="edition 2018 lacks nothing that edition 2017 has"):
        new_edition(seeds, 2018, 2017, missing=True)


def test_an_edition_needs_rows_only_with_what_was_delivered() -> None:
    require_described(SEEDS_DIR, 2016, {"site_registry", "site_crawl"})
    with pytest.raises(CepingError, match=r"edition 2016 has no row in seeds/surveys/survey_questions\.csv"):
        require_described(SEEDS_DIR, 2016, {"survey_response"})


@pytest.mark.parametrize(("quoting", "end"), [(csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_MINIMAL, "\n")])
def test_a_file_keeps_its_quotes_and_line_ends(seeds: Path, quoting: int, end: str) -> None:
    path = seed_path(seeds, "stock_dates")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    path.write_bytes(path.read_bytes().removesuffix(end.encode()))
    new_edition(seeds, 2018, 2017)
    added = rows_of(seeds, "stock_dates", 2018)
    with (seeds / "expected.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
        writer.writerows([*rows, *(row.values() for row in added)])
    assert path.read_bytes() == (seeds / "expected.csv").read_bytes()


def test_editions_are_those_of_their_seed() -> None:
    assert described_editions(SEEDS_DIR) == [2016, 2017]


def test_a_broken_seed_is_told_in_a_sentence(seeds: Path) -> None:
    path = seed_path(seeds, "stock_dates")
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound + "2017,2017-01-01\n", encoding="utf-8")
    with pytest.raises(SeedError, match=r"^seeds/sites/stock_dates\.csv, line 11: expected 7 cells, found 2$"):
        require_described(seeds, 2017, set())
    path.write_text(sound.replace("edition,", "year,"), encoding="utf-8")
    with pytest.raises(SeedError, match=r"^seeds/sites/stock_dates\.csv, line 1: expected a column edition$"):
        require_described(seeds, 2017, set())
