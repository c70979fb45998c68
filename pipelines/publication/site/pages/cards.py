"""The pages that show cards: one card, several side by side, and what a search found; their data are in ``cards/``."""

from collections.abc import Iterator

from pipelines.publication.site.links import CARD_PAGE
from pipelines.publication.site.page import Desk, Page

COMPARE_PAGE, FIND_PAGE = "compare.html", "find.html"


def build(desk: Desk) -> Iterator[Page]:
    """The three pages; none where the release has no cards."""
    if not desk.tables.carded:
        return
    titles = (
        (CARD_PAGE, desk.say("体检报告", "Report card")),
        (COMPARE_PAGE, desk.say("对象比较", "Compare")),
        (FIND_PAGE, desk.say("查找对象与地区", "Find a subject or region")),
    )
    for path, title in titles:
        yield Page(
            path=path, template=path, title=title, section="regions", is_listed=False,
            context=lambda: {"count": len(desk.tables.carded)},
        )  # fmt: skip
