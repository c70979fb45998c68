"""The first page: the notice itself."""

from collections.abc import Iterator

from pipelines.publication.site.notice import compose
from pipelines.publication.site.page import Desk, Page

PAGE = "index.html"


def build(desk: Desk) -> Iterator[Page]:
    """The notice; a release without any of its tables still shows what it holds."""
    desk = desk.at(PAGE)
    notice = compose(desk)
    yield Page(path=PAGE, template="notice.html", title=notice.title, section=PAGE, context=lambda: {"notice": notice})
