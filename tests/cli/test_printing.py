"""What is printed means itself, whatever signs of the terminal's are in it."""

from collections.abc import Callable

import pytest

from pipelines.cli.provenance import print_provenance
from pipelines.cli.whatif import print_reranking
from pipelines.questions.provenance import Provenance

NAME = "[b]:cat:"


def ranks() -> None:
    row = {"index_code": "i", "rank_class": "c", "subject_id": "s", "subject_name": NAME, "places_gained": 1}
    scores = {"published_score": 1.0, "new_score": 2.0}
    print_reranking([{**row, **scores, "published_rank": 2, "new_rank": 1}], "table", 1)


def origins() -> None:
    found = Provenance(
        release_id="2017-a", table="trends.figure", row={"name": NAME}, models=[], checks=[], files=[],
        units=[{"a": NAME}], unit_count=1, rows=[], row_counts={}, rows_note=None,
    )  # fmt: skip
    print_provenance(found, "table")


@pytest.mark.parametrize("show", [ranks, origins])
def test_a_name_is_printed_as_it_is(show: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    show()
    assert NAME in capsys.readouterr().out
