"""What may be chosen about the example edition."""

from dataclasses import dataclass

EDITION = 2017


@dataclass(frozen=True)
class ExampleOptions:
    """Sizes and seed of an example inbox; the defaults give the published margins of the 2017 bulletin.

    ``sites`` running sites are registered; the first ``crawled`` of them, portals first, have ``pages`` crawl rows
    each. With ``flaws`` a few bad rows are added on top, which no count of the edition includes.
    """

    sites: int = 29_431
    crawled: int = 2_000
    pages: int = 30
    seed: int = 2017
    flaws: bool = True
