"""A sample of subjects to be inspected or crawled: planned by strata, drawn, and listed in the form of its source."""

from dataclasses import dataclass

import polars as pl

from pipelines.errors import CepingError
from pipelines.ingest.form import BegunRows
from pipelines.questions.sampling import Allocation, Plan, Stratum, draw, plan_sample
from pipelines.questions.subjects import running_subjects
from pipelines.reference.rows import read_rows
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

STRATA = {
    "kind": "subject_kind",
    "level": "level",
    "province": "province_code",
    "role": "site_role",
    "system": "system",
}
OF_NONE = "none"
# Kinds of subjects that have a site to be inspected or crawled.
SITES = ("website", "foreign_language_site", "service_platform")
KINDS = {"site_inspection": ("website",), "site_crawl": SITES}
UNKNOWN_SHARE = 0.5
TIERS, CHOSEN = "inspection_tiers", "chosen"
NAME, URL = "对象名称", "首页网址"
CHECKED = """
    select subject_id, is_passed from core.fct_site_inspection
    where
        tier in (select unnest($tiers))
        and edition = (select max(edition) from core.fct_site_inspection)
    qualify row_number() over (partition by subject_id order by inspected_date desc, tier) = 1
"""


@dataclass(frozen=True)
class Wish:
    """What a sample is for: its source, the strata it is drawn by, and how sure the share shall be."""

    source: str
    by: tuple[str, ...]
    margin: float
    confidence: float = 0.95
    allocation: Allocation = "neyman"
    prior: float | None = None
    seed: str = ""
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """A plan, who was drawn by it, and where the priors are from: said, seen in a release, or nothing known."""

    plan: Plan
    drawn: pl.DataFrame
    known_from: str


def plan_and_draw(settings: Settings, wish: Wish) -> Sample:
    """Plan a sample of the running subjects of the edition and draw it.

    The frame has a row for each subject drawn, with its stratum and the probability it was drawn with. Raises
    ``CepingError`` where source, kind or stratum is none, or nobody is in scope.
    """
    _require_known(wish)
    subjects = running_subjects(settings).filter(pl.col("subject_kind").is_in(wish.kinds or KINDS[wish.source]))
    if wish.roles:
        subjects = subjects.filter(pl.col("site_role").is_in(wish.roles))
    parts = [pl.col(STRATA[name]).fill_null(OF_NONE) for name in wish.by]
    subjects = subjects.with_columns(stratum=pl.concat_str(parts, separator="/") if parts else pl.lit("all"))
    known, known_from = _known_shares(settings, wish, subjects)
    strata = [
        Stratum(code, size, known.get(code, known[""]))
        for code, size in subjects.group_by("stratum").len().sort("stratum").iter_rows()
    ]
    plan = plan_sample(strata, wish.margin, wish.confidence, wish.allocation)
    members = {str(code): frame["subject_id"].to_list() for (code,), frame in subjects.group_by("stratum")}
    chosen = draw(members, plan.counts, wish.seed or str(settings.edition))
    order = [subject for stratum in strata for subject in chosen[stratum.code]]
    sizes = {stratum.code: stratum.size for stratum in strata}
    drawn = (
        pl.DataFrame({"subject_id": order}, schema={"subject_id": pl.String})
        .join(subjects, on="subject_id", maintain_order="left")
        .with_columns(
            probability=pl.col("stratum").replace_strict(
                {code: count / sizes[code] for code, count in plan.counts.items()}, return_dtype=pl.Float64
            )
        )
    )
    return Sample(plan, drawn, known_from)


def list_sample(sample: Sample, source: str) -> BegunRows:
    """The drawn subjects as rows of the source's form: what inspectors or a crawler work through."""
    own = {"site_code": "subject_code", "stratum": "stratum", "inclusion_probability": "probability"}
    told = {NAME: "subject_name"}
    if source == "site_crawl":
        own["url"] = "home_url"
    else:
        told[URL] = "home_url"
    rows = [
        {header: subject[column] for header, column in {**told, **own}.items()}
        for subject in sample.drawn.iter_rows(named=True)
    ]
    return BegunRows(rows, told=tuple(told))


def _require_known(wish: Wish) -> None:
    for what, names, known in (
        ("source", (wish.source,), KINDS),
        ("stratum", wish.by, STRATA),
        ("kind of subject", wish.kinds, KINDS.get(wish.source, ())),
    ):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise CepingError(f"there is no {what} {', '.join(unknown)} to draw by; there are {', '.join(known)}")


def _known_shares(settings: Settings, wish: Wish, subjects: pl.DataFrame) -> tuple[dict[str, float], str]:
    """The share in each stratum, that of all under an empty code, and where it is from.

    Seen shares are those of the last edition that was inspected, drawn in by half a subject that passed and half a
    one that did not (Jeffreys), so that none is 0 or 1.
    """
    if wish.prior is not None:
        return {"": wish.prior}, "said"
    release = Releases.of(settings).current
    if wish.source != "site_inspection" or release is None:
        return {"": UNKNOWN_SHARE}, "nothing known"
    # What bodies chose to have inspected says nothing of the others.
    tiers = [row["tier"] for _, row in read_rows(settings.seeds_dir, TIERS) if row["design"] != CHOSEN]
    with release.open() as connection:
        checked: pl.DataFrame = connection.sql(CHECKED, params={"tiers": tiers}).pl()
    seen = checked.join(subjects, on="subject_id")
    if seen.is_empty():
        return {"": UNKNOWN_SHARE}, "nothing known"
    counts = seen.group_by("stratum").agg(passed=pl.col("is_passed").sum(), count=pl.len())
    shares = {code: _drawn_in(passed, count) for code, passed, count in counts.iter_rows()}
    every = _drawn_in(int(seen["is_passed"].sum()), len(seen))
    return {**shares, "": every}, f"inspections in release {release.release_id}"


def _drawn_in(passed: int, count: int) -> float:
    return (passed + 0.5) / (count + 1)
