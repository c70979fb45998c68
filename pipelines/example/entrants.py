"""Who stands for which series: portals level by level, and subjects that the registry of sites lacks."""

import polars as pl

from pipelines.example.calibration import read_divisions
from pipelines.example.names import place_name
from pipelines.example.order import in_drawn_order
from pipelines.example.party import party_finalists

# How many of each group stand for a series; the first of a group are the better ones.
PORTALS_OF_SERIES_1 = {"central_department": 12, "province": 8, "key_city": 8, "prefecture": 8, "county": 8}
PORTALS_OF_SERIES = {3: 12, 4: 20}
PORTALS_OF_SERIES_2 = 10
ACCOUNTS_OF_SERIES = {2: 6, 6: 10, 7: 16}
PLATFORMS, FOREIGN_SITES = 10, 9
SERVICE_PLATFORM = "政务服务平台"
KIND_NAMES = {SERVICE_PLATFORM: "政务服务网", "外文版": "外文版网站"}
# What the name of a group of sites of the party begins with, before their level.
PARTY_GROUP = "party_"
FIRST_PLACE = 25_000
FIRST_NUMBER = 9_001


def running_portals(sites: pl.DataFrame, of_each_level: int) -> pl.DataFrame:
    """The first portals of each level that run, in the order of the frame, with their place in the level."""
    portals = sites.filter((pl.col("site_role") == "portal") & pl.col("is_running"))
    return portals.with_columns(order=pl.int_range(pl.len()).over("level")).filter(pl.col("order") < of_each_level)


def finalists(sites: pl.DataFrame) -> pl.DataFrame:
    """The portals that stand for series 1."""
    most = max(PORTALS_OF_SERIES_1.values())
    places = pl.col("level").replace_strict(PORTALS_OF_SERIES_1, return_dtype=pl.Int64)
    return running_portals(sites, most).filter(pl.col("order") < places)


def more_sites() -> pl.DataFrame:
    """One row a service platform or foreign-language site, each of an invented place in a real province."""
    provinces = in_drawn_order(read_divisions().filter(pl.col("level") == "province"))["region_code"].to_list()
    kinds = [SERVICE_PLATFORM] * PLATFORMS + ["外文版"] * FOREIGN_SITES
    regions = [provinces[number % len(provinces)] for number in range(len(kinds))]
    places = [place_name(FIRST_PLACE + number) for number in range(len(kinds))]
    return pl.DataFrame(
        {
            "site_code": [
                f"{'660000' if region == 'XPCC' else region}{FIRST_NUMBER + number:04}"
                for number, region in enumerate(regions)
            ],
            "kind": kinds,
            "site_name": [f"{place}{KIND_NAMES[kind]}（示例）" for place, kind in zip(places, kinds, strict=True)],
            "host": [f"www.p{number:06}.example" for number in range(1, len(kinds) + 1)],
            "organiser_name": [f"{place}示例单位" for place in places],
            "region_code": regions,
            "order": [*range(PLATFORMS), *range(FOREIGN_SITES)],
        }
    )


def entrants(sites: pl.DataFrame, party: pl.DataFrame, others: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """One row per series and subject: series, group, kind, code, name, organiser, and place in the group."""
    parts = [_portals(finalists(sites), 1), _of_party(party_finalists(party), 1)]
    parts += [_of_party(party, series) for series in PORTALS_OF_SERIES]
    parts.append(_portals(running_portals(sites, PORTALS_OF_SERIES_2).filter(pl.col("level") == "province"), 2))
    parts += [_portals(running_portals(sites, count), series) for series, count in PORTALS_OF_SERIES.items()]
    parts.append(_others(others.filter(pl.col("kind") == SERVICE_PLATFORM), 2))
    parts.append(_others(others.filter(pl.col("kind") == "外文版"), 5))
    parts += [_accounts(accounts, count, series) for series, count in ACCOUNTS_OF_SERIES.items()]
    return pl.concat(parts)


def _portals(portals: pl.DataFrame, series: int) -> pl.DataFrame:
    return portals.select(
        series=pl.lit(series),
        group="level",
        kind=pl.lit("网站"),
        code="site_code",
        name="site_name",
        organiser="organiser_name",
        order=pl.col("order").cast(pl.Int64),
    )


def _of_party(party: pl.DataFrame, series: int) -> pl.DataFrame:
    return _portals(party, series).with_columns(group=pl.format("{}{}", pl.lit(PARTY_GROUP), "group"))


def _others(sites: pl.DataFrame, series: int) -> pl.DataFrame:
    return sites.select(
        series=pl.lit(series),
        group="kind",
        kind="kind",
        code="site_code",
        name="site_name",
        organiser="organiser_name",
        order="order",
    )


def _accounts(accounts: pl.DataFrame, count: int, series: int) -> pl.DataFrame:
    placed = accounts.with_columns(order=pl.int_range(pl.len()).over("平台")).filter(pl.col("order") < count)
    return placed.select(
        series=pl.lit(series),
        group="平台",
        kind="平台",
        code="账号ID",
        name="账号名称",
        organiser=pl.col("账号名称").str.replace("发布（示例）", "示例单位", literal=True),
        order=pl.col("order").cast(pl.Int64),
    )
