"""What may be chosen about the example edition."""

from dataclasses import dataclass

from pipelines.errors import CepingError

EDITION = 2017
# Running sites an example of each edition has by default: the stock its calibration adds up to.
DEFAULT_SITES = {2016: 46_333, 2017: 29_431}


@dataclass(frozen=True)
class ExampleOptions:
    """Sizes and seed of an example inbox; the defaults give the published margins of the 2017 bulletin.

    ``sites`` running sites are registered; the first ``crawled`` of them, portals first, have ``pages`` crawl rows
    each. With ``flaws`` a few bad rows are added on top, which no count of the edition includes.
    """

    sites: int = DEFAULT_SITES[EDITION]
    crawled: int = 2_000
    pages: int = 30
    seed: int = 2017
    flaws: bool = True
    edition: int = EDITION

    def scaled(self, count: int) -> int:
        """A count of the calibration in the proportion of this example's size."""
        return round(count * self.sites / DEFAULT_SITES[self.edition])


def example_options(
    edition: int, sites: int | None, crawled: int, *, pages: int, seed: int, flaws: bool
) -> ExampleOptions:
    """The options of an edition's example; raises ``CepingError`` for an edition nobody calibrated."""
    if edition not in DEFAULT_SITES:
        known = ", ".join(map(str, DEFAULT_SITES))
        raise CepingError(f"there is no example of edition {edition}; there are {known}")
    count = sites or DEFAULT_SITES[edition]
    return ExampleOptions(
        sites=count, crawled=min(crawled, count), pages=pages, seed=seed, flaws=flaws, edition=edition
    )
