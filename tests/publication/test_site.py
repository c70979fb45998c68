"""The small parts of pages: numbers, links, labels, sentences; and pages where a table is missing."""

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.foundation.bilingual import Bilingual
from pipelines.publication.site.charts import (
    FONT,
    Bar,
    Point,
    Tile,
    Words,
    bars,
    intervals,
    line,
    matrix,
    shortened,
    tiles,
)
from pipelines.publication.site.language import CHINESE, ENGLISH, LANGUAGES
from pipelines.publication.site.links import Links, anchor
from pipelines.publication.site.notice import compose
from pipelines.publication.site.page import Desk
from pipelines.publication.site.pictures import day_of, tile_text
from pipelines.publication.site.scales import share_steps, step_of, steps_of
from pipelines.publication.site.tables import Tables
from pipelines.publication.site.values import NOTHING, printed, sort_key, span, written
from tests.fixtures.small_release import Tables as Given
from tests.fixtures.small_release import make_candidate, publish_tables
from tests.fixtures.small_site import site_tables

WITHOUT = sorted(set(site_tables()) - {"core.dim_label"})


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.557, "share", "55.7%"), (29431.0, "sites", "29,431"), (0.0, "share", "0.0%"), (None, "share", NOTHING),
        (2.5, "", "2.50"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_read_them(value: float | None, unit: str, text: str) -> None:
    assert written(value, unit) == text


def test_published_values_keep_their_digits() -> None:
    assert (printed(0.8, "share"), printed(0.557, "share"), printed(40000, "sites")) == ("80%", "55.7%", "40,000")
    assert span(0.9, None, "share") == NOTHING


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_what_tables_sort_by_has_the_order_of_the_numbers(one: float, other: float) -> None:
    if abs(one - other) > 1e-6:
        assert (float(sort_key(one)) < float(sort_key(other))) == (one < other)
    assert float(sort_key(None)) < float(sort_key(one))


@given(st.text(), st.integers(4, 40))
def test_a_label_is_never_wider_than_its_place(text: str, most: int) -> None:
    short = shortened(text, most)
    assert short == text or short.endswith("…")
    assert len(short) <= max(most, 2) + 1


@given(st.integers(2, 9))
def test_columns_whose_heads_are_cut_to_the_same_stand_apart(count: int) -> None:
    heads = [f"of items without limits, fees or contacts {number}" for number in range(count)]
    cells = {(0, column): column / 10 for column in range(count)}
    drawn = matrix("m", Words(message="Matrix"), ["County"], heads, cells, share_steps(ENGLISH.say)).svg
    places = re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>\d+%<', drawn)
    assert len(set(places)) == count


@given(st.text())
def test_an_anchor_is_safe_in_a_path_and_an_address(text: str) -> None:
    assert set(anchor(text)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert anchor(text) not in {"", ".", ".."}


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        ("2017Q3", "2017-09-28"), ("2016", "2016-12-31"), ("2015-11", "2015-11-28"), ("2017-09-01", "2017-09-01"),
        ("soon", ""), (None, ""),
    ],
)  # fmt: skip
def test_times_in_words_have_a_day(as_of: str | None, day: str) -> None:
    assert day_of(as_of) == day


def test_links_are_relative_and_lead_to_provenance_where_there_is_some(tmp_path: Path) -> None:
    links = Links(release_folder=tmp_path, page="trends/2.html", language=ENGLISH)
    assert links.file("quality.html") == "../../quality.html"
    assert links.to("index.html") == "../index.html"
    assert links.other(CHINESE) == "../../trends/2.html"
    assert links.figure("trend2.x") == "../figures.html#trend2.x"
    traced = links.model_copy(update={"traced": frozenset({"trend2.x", "../../etc/passwd"})})
    assert traced.figure("trend2.x") == "../provenance/trend2.x.html"
    assert traced.figure("../../etc/passwd") == "../provenance/etc-passwd.html"


def test_a_text_without_english_is_shown_in_chinese() -> None:
    assert ENGLISH.of(Bilingual(zh="网站", en="")) == "网站"
    assert (CHINESE.numeral(5), ENGLISH.numeral(5), CHINESE.numeral(11)) == ("五", "5", "11")


def test_small_shares_on_the_map_are_told_apart() -> None:
    assert [tile_text(value, "share") for value in (0.036, 0.044, 0.5, 1.0, 0.0)] == [
        "3.6%",
        "4.4%",
        "50%",
        "100%",
        "0%",
    ]


def test_the_same_chart_has_the_same_bytes_and_its_texts_are_escaped() -> None:
    rows = [Bar(label="<b>甲</b>", value=0.5, text="50%", low=0.4, high=0.6), Bar(label="乙", value=0.25, text="25%")]
    first, second = (bars("c", Words(message="<i>合格率</i>"), rows, "share").svg for _ in range(2))
    assert first == second
    assert "<b>" not in first
    assert "<i>" not in first
    assert 'role="img"' in first
    assert "&lt;i&gt;合格率&lt;/i&gt;" in first
    assert " width=" not in first.split(">", 1)[0]


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=40), st.sampled_from(["share", ""]))
def test_every_value_lies_in_the_class_that_the_legend_says(values: list[float], unit: str) -> None:
    steps = steps_of(values, unit, ENGLISH.say)
    if len(set(values)) == 1:
        assert not steps
        return
    assert len(steps) <= 6
    assert len({step.label for step in steps}) == len(steps)
    for value in values:
        step = step_of(value, steps)
        assert step.low is not None
        assert step.high is not None
        assert step.low * (1 - 1e-9) <= value < step.high
    assert step_of(None, steps) == steps[-1]


def test_yes_and_no_have_two_colours_and_a_giant_leaves_the_others_apart() -> None:
    assert [step.label for step in steps_of([0, 1, 1, 1], "", ENGLISH.say)] == ["no", "yes", "no data"]
    counts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10_000]
    assert len({step_of(value, steps_of(counts, "", ENGLISH.say)).shade for value in counts}) == 5


def test_a_tile_of_few_is_hatched_and_its_name_is_whole_in_both_languages() -> None:
    rows = [
        Tile(row=0, column=place, mark=name, name=name, value=value, text="x", is_thin=place == 0)
        for place, (name, value) in enumerate([("Inner Mongolia", 0.1), ("Heilongjiang", 0.9)])
    ]
    steps = steps_of([0.1, 0.9], "share", ENGLISH.say)
    drawn = tiles("t", Words(message="t", language="en"), rows, steps).svg
    assert {"Inner", "Mongolia", "Heilongjiang"} <= set(re.findall(r">([^<>]+)</t", drawn))
    hatched = re.findall(r"stroke-opacity|M-?[\d.]+,-?[\d.]+L", drawn)
    flat = tiles("t", Words(message="t"), [row.model_copy(update={"is_thin": False}) for row in rows], steps).svg
    assert len(hatched) > len(re.findall(r"stroke-opacity|M-?[\d.]+,-?[\d.]+L", flat))


CHARACTER = 6.7


def label_places(svg: str) -> list[tuple[float, str]]:
    """Where the labels of the horizontal axis stand, in pixels, and what they say."""
    found = re.findall(r'text-anchor="middle" transform="translate\(([\d.]+),[\d.]+\)"[^>]*opacity="1">([^<]+)<', svg)
    return [(float(place), text) for place, text in found]


@given(
    top=st.floats(1, 9e8),
    first=st.dates(dt.date(2000, 1, 1), dt.date(2019, 1, 1)),
    months=st.integers(1, 300),
)
@settings(max_examples=20)
def test_no_label_of_an_axis_is_hidden_or_covers_another(top: float, first: dt.date, months: int) -> None:
    last = first + dt.timedelta(days=31 * months)
    rows = [Bar(label="甲" * 30, value=top, text=f"{top:,.0f}"), Bar(label="乙", value=1, text="1")]
    points = [Point(when=day.isoformat(), value=top) for day in (first, last)]
    told = Words(message="数量")
    for chart in (bars("c", told, rows), line("c", told, points), intervals("c", told, rows, top)):
        assert 'opacity="0"' not in chart.svg
        assert set(re.findall(r'font-family="([^"]*)"', chart.svg)) == {FONT}
        labels = label_places(chart.svg)
        assert all(
            (len(left_text) + len(right_text)) / 2 * CHARACTER <= right - left
            for (left, left_text), (right, right_text) in pairwise(labels)
        ), labels


def notice_text(folder: Path, given_tables: Given) -> str:
    candidate = make_candidate(folder / "home", given_tables)
    with duckdb.connect(str(folder / "home" / "warehouse.duckdb"), read_only=True) as connection:
        tables = Tables(connection, candidate)
        links = Links(release_folder=folder, page="index.html", language=CHINESE)
        notice = compose(Desk(tables=tables, language=CHINESE, links=links))
    return "".join(run.text for trend in notice.trends for paragraph in trend.paragraphs for run in paragraph)


def test_sentences_follow_the_cells(tmp_path: Path) -> None:
    tables = site_tables()
    assert "减少至29,431家" in notice_text(tmp_path, tables)
    types, rows = tables["trends.figure"]
    place = list(types).index("computed")
    changed = [(*row[:place], 30000.0, *row[place + 1 :]) if row[0] == "trend2.running_sites" else row for row in rows]
    assert "减少至30,000家" in notice_text(tmp_path, {**tables, "trends.figure": (types, changed)})


def test_a_cell_nobody_knows_stays_visible(tmp_path: Path) -> None:
    tables = site_tables()
    types, rows = tables["trends.figure"]
    text = notice_text(tmp_path, {**tables, "trends.figure": (types, rows[:1])})
    assert "{trend4.fusion_province}" in text


def test_a_release_is_published_whatever_tables_it_lacks(tmp_path: Path) -> None:
    """Half of the tables at a time, so that every page meets the lack of each."""
    tables = site_tables()
    for number, missing in enumerate((WITHOUT[::2], WITHOUT[1::2])):
        kept = {name: table for name, table in tables.items() if name not in missing}
        release = publish_tables(tmp_path / str(number), kept)
        for language in LANGUAGES:
            assert (release.public / language.folder / "index.html").is_file()
