"""The page that says what changed since the release before."""

from pathlib import Path

from pipelines.releases.release import Release
from tests.fixtures.small_release import Tables, publish_tables
from tests.fixtures.small_site import site_tables


def edited(tables: Tables, name: str, key: str, value: object, **changes: object) -> Tables:
    """The tables, with other cells in the rows of one of them whose key has a value."""
    types, rows = tables[name]
    places = list(types)
    found = [
        tuple(
            changes.get(column, cell) if row[places.index(key)] == value else cell
            for column, cell in zip(places, row, strict=True)
        )
        for row in rows
    ]
    return {**tables, name: (types, found)}


def text_of(release: Release, language: str = "") -> str:
    return (release.public / language / "changes.html").read_text(encoding="utf-8")


def test_figures_winners_and_ranks_that_changed_are_told_with_what_they_were(tmp_path: Path) -> None:
    tables = site_tables()
    first = publish_tables(tmp_path / "home", tables)
    assert "这是本年度的第一个版本" in text_of(first)
    changed = edited(tables, "trends.figure", "figure_id", "trend2.running_sites", computed=30_000.0)
    changed = edited(changed, "indices.idx_rank", "subject_id", "website:3", subject_rank=9)
    second = publish_tables(tmp_path / "home", changed)
    page = text_of(second)
    assert first.release_id in page
    for text in ("29,431", "30,000", "正在运行的政府网站", "变动的名次（共 1 个）", "第3号门户网站（示例）"):
        assert text in page, text
    assert "变化的获奖者" not in page
    assert "Ranks that moved (1 in all)" in text_of(second, "en")


def test_a_release_that_differs_in_nothing_it_shows_says_so(tmp_path: Path) -> None:
    tables = site_tables()
    publish_tables(tmp_path / "home", tables)
    same = edited(tables, "core.dim_subject", "subject_id", "website:3", level="province")
    assert "数字、获奖者与名次均未变化" in text_of(publish_tables(tmp_path / "home", same))


def test_winners_who_came_and_went_are_named(tmp_path: Path) -> None:
    tables = site_tables()
    publish_tables(tmp_path / "home", tables)
    types, rows = tables["awards.award_winner"]
    gone = rows[0]
    release = publish_tables(tmp_path / "home", {**tables, "awards.award_winner": (types, rows[1:])})
    page = text_of(release)
    assert "变化的获奖者" in page
    assert str(gone[list(types).index("subject_name_zh")]) in page
