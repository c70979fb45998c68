"""The cards of a release as files: whom there is one of, what is in them and what is not, and the views beside them."""

from pathlib import Path
from zlib import crc32

import pytest

from pipelines.publication.card_views import card_views
from pipelines.publication.cards.letters import safe_name
from pipelines.publication.cards.words import WORDS
from pipelines.publication.site.language import ENGLISH
from pipelines.questions.cards import read_card
from pipelines.releases.release import Release
from tests.fixtures.read_cards import cards_of, data_of
from tests.fixtures.small_release import publish_tables
from tests.fixtures.small_site import NAUGHTY, site_tables

RANKED = {f"website:{number}" for number in range(1, 12)}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_tables(tmp_path_factory.mktemp("cards") / "home", site_tables())


def test_everyone_who_is_ranked_has_a_card_in_the_shard_of_its_id(release: Release) -> None:
    assert cards_of(release.public).keys() == RANKED
    _, frame = data_of(release.public / "cards" / "frame.js")
    for subject in RANKED:
        kind, shard = data_of(release.public / "cards" / f"{crc32(subject.encode()) % frame['shards']}.js")
        assert kind == "cards"
        assert subject in shard
    _, names = data_of(release.public / "cards" / "names.js")
    assert {subject[0] for subject in names["subjects"]} == RANKED


def test_a_card_holds_ranks_gaps_titles_checks_and_the_days_to_mending(release: Release) -> None:
    card = cards_of(release.public)["website:1"]
    (index,) = card["indices"]
    assert (index["subject_rank"], index["ranked_count"], index["span"][:2]) == (1, 11, [1, 3])
    assert index["bounds"] == [pytest.approx(88.5 / 2), pytest.approx((88.5 + 100) / 2)]
    assert [row["outcome_code"] for row in card["awards"]] == ["won"]
    assert [row["award_year"] for row in card["held"]] == [2016]
    first, second = card["checks"]
    assert (first["failure_reason"], first["mended"], first["days"]) == ("homepage_stale", "2017-05-21", 20)
    assert (second["is_passed"], second["mended"]) == (True, None)
    (never,) = cards_of(release.public)["website:2"]["checks"]
    assert (never["is_passed"], never["mended"], never["days"]) == (False, None, None)


def test_a_card_says_where_its_subject_stood_in_the_last_edition(tmp_path: Path) -> None:
    tables = site_tables()
    types, rows = tables["indices.idx_rank"]
    names = list(types)
    last = dict(zip(names, rows[0], strict=True)) | {"edition": 2016, "subject_rank": 4, "index_score": 60.0}
    held = {**tables, "indices.idx_rank": (types, [*rows, tuple(last[name] for name in names)])}
    cards = cards_of(publish_tables(tmp_path / "home", held).public)
    assert cards["website:1"]["indices"][0]["before"] == {
        "edition": 2016, "subject_rank": 4, "ranked_count": 11, "index_score": 60.0,
    }  # fmt: skip
    assert cards["website:2"]["indices"][0]["before"] is None


def test_a_card_says_what_ranks_a_gap_could_have_made(release: Release) -> None:
    assert cards_of(release.public)["website:1"]["indices"][0]["span"][-2:] == [4, 1]
    (card,) = read_card(release, "website:1", ENGLISH)
    assert any("the rank would be 1 to 4" in text for part in card.sections for text in part.paragraphs)


def test_no_page_names_a_delivered_file_and_no_card_an_appellant(release: Release) -> None:
    told = [path for path in release.public.rglob("*") if path.suffix in (".html", ".js", ".docx")]
    assert told
    for path in told:
        assert "内部文件".encode() not in path.read_bytes(), path
    for path in (release.public / "cards").glob("*.js"):
        assert b"appellant" not in path.read_bytes()


def test_the_same_release_has_the_same_cards(release: Release, tmp_path: Path) -> None:
    again = publish_tables(tmp_path / "home", site_tables())
    for path in sorted((release.public / "cards").glob("*.js")):
        assert path.read_bytes() == (again.public / "cards" / path.name).read_bytes(), path.name


def test_names_that_try_to_be_scripts_stay_texts_of_the_data(tmp_path: Path) -> None:
    hostile = publish_tables(tmp_path / "home", site_tables(NAUGHTY))
    assert {card["name"] for card in cards_of(hostile.public).values()} == set(NAUGHTY)


def test_a_release_without_the_tables_of_cards_has_no_card_and_no_search(tmp_path: Path) -> None:
    tables = {name: table for name, table in site_tables().items() if name != "indices.idx_score"}
    bare = publish_tables(tmp_path / "home", tables)
    assert not (bare.public / "cards").exists()
    assert not (bare.public / "card.html").exists()
    assert 'role="search"' not in (bare.public / "index.html").read_text(encoding="utf-8")


def test_the_views_say_the_same_as_the_cards(release: Release) -> None:
    cards = cards_of(release.public)
    with release.open() as connection:
        rows = connection.execute(
            "select subject_id, ranks[1].subject_rank, candidate_count, len(titles), earlier_title_count, "
            "inspected_count, mended_count, mean_days_to_mend from core.subject_card order by subject_id"
        ).fetchall()
        regions = connection.execute(
            "select region_code, ranked_count, inspected_count, failed_count, mended_count, median_days_to_mend "
            "from core.region_card order by region_code"
        ).fetchall()
    assert {row[0] for row in rows} == RANKED
    for subject, rank, candidacies, titles, earlier, checks, mended, days in rows:
        card = cards[subject]
        assert rank == card["indices"][0]["subject_rank"]
        assert candidacies == len(card["awards"])
        assert titles == sum(row["is_winner"] for row in card["awards"])
        assert (earlier, checks) == (len(card["held"]), len(card["checks"]))
        found = [row["days"] for row in card["checks"] if row["days"] is not None]
        assert (mended, days) == (len(found), sum(found) / len(found) if found else None)
    assert regions[0] == ("000000", 11, 3, 2, 1, 20)
    assert sum(row[1] for row in regions[1:]) == 11


def test_every_column_of_a_view_is_described_in_both_languages(release: Release) -> None:
    with release.open() as connection:
        for view in card_views(site_tables()):
            columns = [row[0] for row in connection.execute(f"describe {view.full_name}").fetchall()]
            assert [name for name, _ in view.columns] == columns
            assert all(text.zh and text.en for _, text in (*view.columns, (view.full_name, view.description)))


def test_every_sentence_has_the_same_values_in_both_languages() -> None:
    import string

    def values(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert {key for key, (zh, en) in WORDS.items() if values(zh) != values(en) or not zh or not en} == set()


@pytest.mark.parametrize(("name", "safe"), [("a/b:c", "a-b-c"), ("..", "x"), ("甲\n乙", "甲-乙"), ("", "x")])
def test_a_name_is_safe_as_the_name_of_a_file(name: str, safe: str) -> None:
    assert safe_name(name) == safe
