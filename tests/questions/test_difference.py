"""The difference of two releases: real small releases, real landed files, changes worked out by hand."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest

from pipelines.cli.difference import print_difference
from pipelines.errors import CepingError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.ledger import present_entries
from pipelines.ingest.source import ingest_source
from pipelines.questions.difference.compare import Difference, compare
from pipelines.questions.difference.workbook import write_workbook
from pipelines.releases.kept_inputs import keep_inputs
from pipelines.releases.release import Release
from pipelines.settings import Settings
from tests.fixtures.deliveries import make_older
from tests.fixtures.small_release import (
    CELL_TYPES,
    FIGURE_TYPES,
    STOCK,
    TABLE_TYPES,
    Tables,
    publish_tables,
    seeded_trend_tables,
    with_every_column,
)

HEADER = "行政区划代码,地区,截止日期,是否建成一体化平台,覆盖省级,覆盖市级,覆盖县级\n"
REPLACED = "110000,北京市,2017-08-31,否,是,是,否\n"
CENSUS = HEADER + REPLACED + "120000,天津市,2017-08-31,是,是,是,是\n130000,河北省,2017-08-31,是,是,是,否\n"
SCORED = "网站,{code},influence.reach,2017-08-01,{value},分,社,V1\n"
OUTSIDE_HEADER = "对象类别,对象编码,指标编码,起始日期,指标值,单位,发布机构,方法版本\n"
KEYS = {
    "audit.file_ledger": ("source", "file_name"),
    "audit.correction": ("edition", "correction_id"),
    "awards.award_winner": ("edition", "series_code", "award_rank"),
    "core.dim_subject": ("edition", "subject_id"),
    "indices.dim_framework_node": ("edition", "index_code", "node_code"),
    "indices.idx_rank": ("edition", "index_code", "subject_id"),
    "indices.idx_score": ("edition", "index_code", "subject_id", "node_code"),
    "trends.figure": ("edition", "figure_id"),
    "trends.figure_unit": ("edition", "figure_id", "unit_code"),
}
SITE = "11000000{:02}"


def figure(order: int, name: str, computed: float) -> tuple[object, ...]:
    given = {
        "figure_id": f"trend3.{name}", "edition": 2017, "figure_order": order, "trend": 3, "name_zh": "平台",
        "name_en": "Platforms", "numerator_text": "A", "numerator_text_zh": "甲", "unit": name,
        "computed": float(computed), "verdict": "unpublished", "is_synthetic": True,
    }  # fmt: skip
    return tuple(given.get(column) for column in FIGURE_TYPES)


@dataclass
class Edition:
    """What a small release is made of: values of one leaf a subject, scored by min-max, and what a figure counts."""

    reach: dict[str, float] = field(default_factory=lambda: {"01": 0.0, "02": 50.0, "03": 100.0})
    weights: tuple[float, float] = (0.5, 0.5)
    units: dict[str, int] = field(default_factory=lambda: {"110000": 0, "120000": 1, "130000": 1})
    winner: str = "website:1100000003"
    corrections: list[tuple[object, ...]] = field(default_factory=list)
    census: str = CENSUS
    outside: str = ""
    vetoed: str = ""
    tied_within: float = 1e-6

    def tables(self, settings: Settings) -> Tables:
        subjects = {code: f"website:11000000{code}" for code in self.reach}
        low, high = min(self.reach.values()), max(self.reach.values())
        scores, totals = [], {}
        for code, raw in self.reach.items():
            reach = 100 * (raw - low) / (high - low)
            design = 0.0 if code == self.vetoed else 60.0
            total = 0.0 if code == self.vetoed else self.weights[0] * reach + self.weights[1] * design
            totals[subjects[code]] = total
            common = (2017, "influence", subjects[code])
            scores += [
                (*common, "influence", None, False, None, total, 1.0, None, "all", code == self.vetoed),
                (
                    *common,
                    "influence.reach",
                    "influence",
                    True,
                    raw,
                    reach,
                    self.weights[0],
                    "external.reach",
                    "all",
                    False,
                ),
                (
                    *common,
                    "influence.design",
                    "influence",
                    True,
                    design,
                    design,
                    self.weights[1],
                    "review.design",
                    "all",
                    code == self.vetoed,
                ),
            ]
        steps = {subject: round(total / self.tied_within) for subject, total in totals.items()}
        places = {subject: 1 + sum(other > step for other in steps.values()) for subject, step in steps.items()}
        numerator = sum(self.units.values())
        return {
            "audit.correction": (
                {"edition": "integer", "correction_id": "varchar", "source": "varchar", "unit_code": "varchar",
                 "new_value": "varchar", "outcome": "varchar"},
                self.corrections,
            ),
            "audit.file_ledger": (
                {"source": "varchar", "file_name": "varchar", "file_id": "varchar", "sha256": "varchar",
                 "status": "varchar"},
                [
                    (entry.source, entry.file_name, entry.file_id, entry.sha256, entry.status)
                    for source in load_contracts()
                    for entry in present_entries(settings.landing_dir, 2017, source)
                ],
            ),
            "awards.award_winner": (
                {"edition": "integer", "series_code": "varchar", "award_rank": "integer", "subject_id": "varchar"},
                [(2017, "1", 1, self.winner)],
            ),
            "core.dim_subject": (
                {"edition": "integer", "subject_id": "varchar", "subject_code": "varchar", "site_code": "varchar",
                 "home_host": "varchar", "site_role": "varchar", "subject_name": "varchar"},
                [
                    (2017, subject, f"11000000{code}", f"11000000{code}", None, "portal", f"网站{code}")
                    for code, subject in subjects.items()
                ],
            ),
            "indices.dim_framework_node": (
                {
                    **dict.fromkeys(("edition", "treatment_parameter", "goal_low", "goal_high"), "double"),
                    **dict.fromkeys(
                        ("index_code", "name_zh", "name_en", "node_code", "parent_code", "aggregation", "measure_code",
                         "denominator_code", "direction", "treatment", "normalisation", "missing_rule",
                         "compared_within"), "varchar"),
                    "points_per_unit": "double", "weight_share": "double", "is_veto": "boolean",
                    "score_scale": "double", "tied_within": "double",
                },
                [
                    (2017, None, None, None, "influence", "节点", "Node", node, parent, "arithmetic", measure, None,
                     "1", "none", "min_max", "drop", "all", None, weight, False, 100.0, self.tied_within)
                    for node, parent, measure, weight in (
                        ("influence", None, None, 1.0),
                        ("influence.reach", "influence", "external.reach", self.weights[0]),
                        ("influence.design", "influence", "review.design", self.weights[1]),
                    )
                ],
            ),
            "indices.idx_rank": (
                {"edition": "integer", "index_code": "varchar", "subject_id": "varchar", "rank_class": "varchar",
                 "subject_rank": "bigint", "index_score": "double"},
                [(2017, "influence", subject, "all", place, totals[subject]) for subject, place in places.items()],
            ),
            "indices.idx_score": (
                {"edition": "integer", "index_code": "varchar", "subject_id": "varchar", "node_code": "varchar",
                 "parent_code": "varchar", "is_leaf": "boolean", "raw_value": "double", "score": "double",
                 "weight_used": "double", "measure_code": "varchar", "compared_class": "varchar",
                 "is_vetoed": "boolean"},
                scores,
            ),
            "trends.figure": (
                FIGURE_TYPES,
                [figure(1, "platforms", numerator), figure(2, "share", numerator / len(self.units))],
            ),
            "trends.figure_unit": (
                {"edition": "integer", "figure_id": "varchar", "unit_code": "varchar", "numerator_count": "bigint",
                 "denominator_count": "bigint"},
                [
                    (2017, figure, unit, count, 1)
                    for figure in ("trend3.platforms", "trend3.share")
                    for unit, count in self.units.items()
                ],
            ),
        }  # fmt: skip


Publish = Callable[..., Release]


@pytest.fixture
def publish(settings: Settings, deliver: Callable[[str, str, bytes], Path]) -> Publish:
    """Publish an edition of which the census and the outside values are really landed and kept."""

    def _publish(edition: Edition, code: str = "c0de") -> Release:
        deliver("platform_census", "普查.csv", edition.census.encode())
        if edition.outside:
            deliver("external_indicator", "外部指标.csv", (OUTSIDE_HEADER + edition.outside).encode())
        for contract in load_contracts().values():
            ingest_source(contract, settings, lambda message: None)
        release = publish_tables(settings.home_dir, with_every_column(edition.tables(settings)), KEYS, code)
        keep_inputs(settings, release)
        return release

    return _publish


def outside(first: float) -> str:
    values = {"01": first, "02": 50, "03": 100}
    return "".join(SCORED.format(code=SITE.format(int(code)), value=value) for code, value in values.items())


def rows(difference: Difference, name: str) -> list[dict[str, object]]:
    return difference.section(name).rows


def causes(row: dict[str, object]) -> dict[str, float]:
    found = {name.removeprefix("from_"): value for name, value in row.items() if name.startswith("from_")}
    return {name: round(float(str(value)), 9) for name, value in found.items() if abs(float(str(value))) > 1e-9}


def test_the_same_release_differs_in_nothing(
    publish: Publish, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    release = publish(Edition())
    difference = compare(settings, release, release)
    assert all(not section.rows for section in difference.sections if section.name != "tables")
    print_difference(difference, "table", 20)
    assert "nothing differs" in capsys.readouterr().out


def test_editions_of_one_release_are_never_compared_with_each_other(settings: Settings) -> None:
    later = with_every_column(Edition().tables(settings))
    units = {"110000": 0, "120000": 0, "130000": 1}
    other = Edition(reach={"01": 9.0, "02": 5.0, "03": 1.0}, weights=(0.2, 0.8), units=units).tables(settings)
    earlier = with_every_column(other)
    both = {
        name: (
            types,
            [*rows, *({**dict(zip(types, row, strict=True)), "edition": 2016}.values() for row in earlier[name][1])]
            if "edition" in types
            else rows,
        )
        for name, (types, rows) in later.items()
    }
    release = publish_tables(settings.home_dir, both, KEYS)
    difference = compare(settings, release, release)
    assert all(not section.rows for section in difference.sections if section.name != "tables")


def test_a_table_is_compared_with_the_view_it_became(settings: Settings) -> None:
    types = {name: kind for name, kind in CELL_TYPES.items() if name != "trend_table"}
    common = with_every_column(Edition().tables(settings))
    table = {"trends.trend_2_site_stock": (types, [(row[0], *row[2:]) for row in STOCK])}
    keys = KEYS | {"trends.trend_2_site_stock": ("edition", "measure", "breakdown", "group_code")}
    before = publish_tables(settings.home_dir, common | table, keys)
    moved = (*STOCK[0][:-2], 1.0, True)
    cells = {
        "trends.trend_cell": (CELL_TYPES, [moved, *STOCK[1:]]),
        "trends.trend_table": (TABLE_TYPES, seeded_trend_tables("trend_2_site_stock")),
    }
    after = publish_tables(settings.home_dir, common | cells, KEYS)
    for one, other in ((before, after), (after, before)):
        [stock] = [row for row in rows(compare(settings, one, other), "tables") if row["table"] in table]
        assert (stock["added"], stock["removed"], stock["changed"], stock["note"]) == (0, 0, 1, None)


def test_one_changed_row_is_named_and_its_figures_follow_from_it(publish: Publish, settings: Settings) -> None:
    before = publish(Edition())
    mended = CENSUS.replace("110000,北京市,2017-08-31,否", "110000,北京市,2017-08-31,是")
    after = publish(Edition(census=mended, units={"110000": 1, "120000": 1, "130000": 1}))
    difference = compare(settings, before, after)
    (row,) = rows(difference, "input_rows")
    assert row["source"] == "platform_census"
    assert (row["change"], row["column"]) == ("changed", "has_integrated_platform")
    assert (row["old_value"], row["new_value"]) == ("false", "true")
    assert (row["old_file"], row["old_row"], row["new_row"]) == ("普查.csv", 2, 2)
    assert (row["about"], row["figures"]) == ("110000", "trend3.platforms, trend3.share")
    count, share = rows(difference, "figures")
    assert (count["old_value"], count["new_value"], causes(count)) == (2.0, 3.0, {"subject": 1.0})
    assert causes(share) == {"subject": round(1 / 3, 9)}
    assert [file["change"] for file in rows(difference, "files")] == ["replaced"]


def test_who_comes_and_goes_is_the_sets_part(publish: Publish, settings: Settings) -> None:
    before = publish(Edition())
    after = publish(
        Edition(census=CENSUS + "140000,山西省,2017-08-31,是,是,是,否\n",
                units={"110000": 0, "120000": 1, "130000": 1, "140000": 1})
    )  # fmt: skip
    difference = compare(settings, before, after)
    count, share = rows(difference, "figures")
    assert causes(count) == {"set": 1.0}
    assert causes(share) == {"set": round(3 / 4 - 2 / 3, 9)}
    assert count["come_or_gone_unit_count"] == 1
    (row,) = rows(difference, "input_rows")
    assert (row["change"], row["new_row"]) == ("added", 5)


def test_where_no_unit_stands_in_both_all_is_the_sets_part(publish: Publish, settings: Settings) -> None:
    before = publish(Edition(units={"110000": 1, "120000": 0}))
    after = publish(Edition(units={"130000": 1, "140000": 1, "150000": 1}))
    count, share = rows(compare(settings, before, after), "figures")
    assert causes(count) == {"set": 2.0}
    assert causes(share) == {"set": 0.5}


def test_a_figure_that_moves_though_no_row_did_is_the_methods(publish: Publish, settings: Settings) -> None:
    before = publish(Edition())
    after = publish(Edition(units={"110000": 1, "120000": 1, "130000": 1}), code="other")
    difference = compare(settings, before, after)
    assert not difference.is_same_code
    assert causes(rows(difference, "figures")[0]) == {"method": 1.0}
    assert rows(difference, "input_rows") == []


def test_a_correction_is_told_apart_from_the_subjects_own_rows(publish: Publish, settings: Settings) -> None:
    before = publish(Edition())
    corrected = [(2017, "C1", "platform_census", "110000", "true", "applied")]
    after = publish(Edition(corrections=corrected, units={"110000": 1, "120000": 1, "130000": 1}))
    difference = compare(settings, before, after)
    assert causes(rows(difference, "figures")[0]) == {"correction": 1.0}
    assert [row["row_key"] for row in rows(difference, "corrections")] == ["2017 | C1"]


def test_a_score_splits_into_the_subjects_own_part_and_the_fields(publish: Publish, settings: Settings) -> None:
    before = publish(Edition(outside=outside(0)))
    # The lowest value rises from 0 to 25: its own score stays that of the lowest, all others fall by the shorter range.
    after = publish(Edition(outside=outside(25), reach={"01": 25.0, "02": 50.0, "03": 100.0}))
    found = {row["subject_id"]: row for row in rows(compare(settings, before, after), "scores")}
    assert set(found) == {"website:1100000002"}
    middle = found["website:1100000002"]
    assert middle["change"] == pytest.approx(0.5 * (100 / 3 - 50))
    assert causes(middle) == {"set": round(0.5 * (100 / 3 - 50), 9)}

    # The middle one rises to 75 within an unchanged range: all of it is its own.
    later = publish(Edition(outside=outside(25).replace(",50,", ",75,"), reach={"01": 25.0, "02": 75.0, "03": 100.0}))
    difference = compare(settings, after, later)
    (moved,) = rows(difference, "scores")
    assert causes(moved) == {"subject": round(0.5 * (200 / 3 - 100 / 3), 9)}
    (row,) = rows(difference, "input_rows")
    assert (row["about"], row["old_value"], row["new_value"]) == ("1100000002", "50.0", "75.0")


def test_a_veto_is_the_part_of_what_struck(publish: Publish, settings: Settings) -> None:
    before = publish(Edition(outside=outside(0)))
    struck = publish(Edition(outside=outside(0).replace(",50,", ",51,"), vetoed="02"))
    (fallen,) = rows(compare(settings, before, struck), "scores")
    assert fallen["change"] == -55
    assert causes(fallen) == {"subject": -55}
    (risen,) = rows(compare(settings, struck, before), "scores")
    assert causes(risen) == {"subject": 55}


def test_other_weights_are_the_methods_part(publish: Publish, settings: Settings) -> None:
    before, after = publish(Edition()), publish(Edition(weights=(0.8, 0.2)), code="other")
    for row in rows(compare(settings, before, after), "scores"):
        assert set(causes(row)) == {"method"}
        assert causes(row)["method"] == pytest.approx(row["change"])


def test_a_rank_splits_into_own_score_comers_and_others(publish: Publish, settings: Settings) -> None:
    before = publish(Edition())
    after = publish(Edition(reach={"01": 0.0, "02": 100.0, "03": 90.0, "04": 95.0}))
    found = {row["subject_id"]: row for row in rows(compare(settings, before, after), "ranks")}
    third = found["website:1100000003"]
    assert (third["old_rank"], third["new_rank"]) == (1, 3)
    # Its old score of 100 would share the first place with the second's of today; from there its own fall costs two.
    # One came, but not above what it had; and the others' scores took nothing from it.
    assert causes(third) == {"own_score": 2.0}
    assert found["website:1100000004"]["note"] == "ranked now"


def test_ranks_are_taken_on_the_steps_of_the_framework(publish: Publish, settings: Settings) -> None:
    # The two share the first place, being within the width in which scores are tied; then one of them falls.
    before = publish(Edition(reach={"01": 0.0, "02": 100.0, "03": 90.0}, tied_within=20))
    after = publish(Edition(reach={"01": 0.0, "02": 100.0, "03": 60.0}, tied_within=20))
    (fallen,) = rows(compare(settings, before, after), "ranks")
    assert (fallen["old_rank"], fallen["new_rank"]) == (1, 2)
    assert causes(fallen) == {"own_score": 1.0}


def test_an_award_that_changed_hands_is_told(publish: Publish, settings: Settings) -> None:
    before, after = publish(Edition()), publish(Edition(winner="website:1100000002"))
    (cell,) = rows(compare(settings, before, after), "cells")
    assert cell == {
        "table": "awards.award_winner", "row_key": "2017 | 1 | 1", "change": "changed", "column": "subject_id",
        "old": "website:1100000003", "new": "website:1100000002",
    }  # fmt: skip


def test_without_kept_inputs_the_sources_are_named_instead_of_rows(publish: Publish, settings: Settings) -> None:
    before = publish(Edition())
    after = publish(Edition(census=HEADER + REPLACED, units={"110000": 0}))
    for path in sorted((settings.inputs_dir / before.release_id).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (settings.inputs_dir / before.release_id).rmdir()
    difference = compare(settings, before, after)
    assert difference.unread_sources == ["platform_census"]
    assert rows(difference, "input_rows") == []


def test_rows_that_an_earlier_contract_landed_are_compared(publish: Publish, settings: Settings) -> None:
    before = publish(Edition())
    after = publish(Edition(census=HEADER + REPLACED, units={"110000": 0}))
    known = rows(compare(settings, before, after), "input_rows")
    make_older(settings.inputs_dir / before.release_id, "platform_census", "is_synthetic")
    found = rows(compare(settings, before, after), "input_rows")
    assert [row for row in found if row["column"] != "is_synthetic"] == known


@pytest.mark.parametrize("name", ["platform_census/2017-*.parquet", "file_ledger/2017-platform_census.parquet"])
def test_damaged_kept_inputs_are_named_with_a_way_on(publish: Publish, settings: Settings, name: str) -> None:
    before = publish(Edition())
    after = publish(Edition(census=HEADER + REPLACED, units={"110000": 0}))
    folder = settings.inputs_dir / before.release_id
    damaged = sorted(folder.glob(name))[-1]
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(CepingError, match=rf"{damaged.name} is gone or damaged: .* or remove .*{before.release_id};"):
        compare(settings, before, after)
    shutil.rmtree(folder)
    assert compare(settings, before, after).unread_sources == ["platform_census"]


def test_what_stands_in_a_cell_is_printed_as_it_is(
    publish: Publish, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = publish(Edition())
    print_difference(compare(settings, before, publish(Edition(winner="[b]:cat:"))), "table", 20)
    assert "[b]:cat:" in capsys.readouterr().out


def test_it_is_written_as_json_and_as_a_workbook_safe_to_open(
    publish: Publish, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = publish(Edition())
    after = publish(Edition(winner="=cmd|' /C calc'!A0"))
    difference = compare(settings, before, after)
    print_difference(difference, "json", 1)
    assert json.loads(capsys.readouterr().out)["before"] == before.release_id
    write_workbook(difference, tmp_path / "diff.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "diff.xlsx")["奖项及其他各表 cells"]
    assert sheet["F2"].value == "=cmd|' /C calc'!A0"
    assert sheet["F2"].data_type == "s"
