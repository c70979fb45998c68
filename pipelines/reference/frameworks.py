"""Judges the frameworks in the seeds: every row that cannot be scored by is named.

It asks whether trees are trees, weights add up and methods exist.
"""

from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import isclose, log1p
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from pipelines.foundation.yaml_file import read_yaml
from pipelines.reference.rows import Fault, read_rows, read_valid_rows
from pipelines.settings import MODELS_DIR

NODES, FRAMEWORKS, BANDS, MEASURES = "framework_nodes", "frameworks", "framework_bands", "measures"
ABSENCES = "framework_absences"
COVERAGE_REASONING = ("coverage_reasoning_zh", "coverage_reasoning_en")
NEED_POSITIVE = ("geometric", "harmonic")
SUBJECT_KINDS = {"website", "foreign_language_site", "service_platform", "weibo", "wechat", "app", "unit"}
RANKED_BY = {"kind", "level", "system", "role", "province"}
BY_DATA = ("entropy", "critic")
BY_POINTS = ("given", "relative")
IndexKey = tuple[int, str]
# The bands of each banded node from the lowest bound on, each with its points.
Bands = dict[tuple[int, str, str], list[tuple[float, float]]]
# The lowest value of each measure; nothing where it has no end.
LowestValues = dict[str, float | None]

Empty = BeforeValidator(lambda text: None if text == "" else text)
Number = Annotated[float | None, Empty]


def _listed(known: set[str]) -> AfterValidator:
    """A star, or words of a closed list with bars between them."""

    def require_known(text: str) -> str:
        unknown = [word for word in text.split("|") if word not in known]
        if unknown and text != "*":
            raise ValueError(f"unknown: {', '.join(unknown)}; allowed: {', '.join(sorted(known))}")
        return text

    return AfterValidator(require_known)


class Framework(BaseModel, frozen=True):
    """One index of one edition, as its row in the seed has it."""

    edition: int
    index_code: str = Field(min_length=1)
    subject_kinds: Annotated[str, _listed(SUBJECT_KINDS)]
    ranked_by: Annotated[str, _listed(RANKED_BY)]
    compared_within: Literal["all", "class"]
    coverage_min: float = Field(ge=0, le=1)
    coverage_reasoning_zh: str
    coverage_reasoning_en: str
    score_scale: float = Field(gt=0, allow_inf_nan=False)
    tied_within: float = Field(gt=0, allow_inf_nan=False)
    origin: Literal["public_record", "own_design"]
    reasoning_en: str
    source: str

    @model_validator(mode="after")
    def has_grounds(self) -> Self:
        """What is ours gives its reason; what is public gives its source; least evidence is argued for by both."""
        _require_grounds(self.origin, self.reasoning_en, self.source)
        empty = [name for name in COVERAGE_REASONING if not getattr(self, name).strip()]
        if empty:
            raise ValueError(f"coverage_min {self.coverage_min:g} needs its reasons: {', '.join(empty)} is empty")
        return self


class Node(BaseModel, frozen=True):
    """One node of a tree, as its row in the seed has it."""

    edition: int
    index_code: str
    node_code: str = Field(min_length=1)
    parent_code: Annotated[str | None, Empty]
    weight: Annotated[float | None, Field(ge=0, allow_inf_nan=False), Empty]
    weighting: Annotated[Literal["given", "relative", "equal", "entropy", "critic"] | None, Empty]
    aggregation: Annotated[Literal["arithmetic", "geometric", "harmonic", "rubric"] | None, Empty]
    measure_code: Annotated[str | None, Empty]
    denominator_code: Annotated[str | None, Empty]
    direction: Annotated[Literal["1", "-1"] | None, Empty]
    treatment: Annotated[Literal["none", "winsorise", "skew", "log"] | None, Empty]
    treatment_parameter: Number
    normalisation: Annotated[
        Literal[
            "given",
            "min_max",
            "goalposts",
            "z_score",
            "rank",
            "percentile",
            "distance_to_best",
            "boolean",
            "banded",
            "deduction",
        ]
        | None,
        Empty,
    ]
    goal_low: Number
    goal_high: Number
    points_per_unit: Number
    sample_min: Annotated[int | None, Empty]
    missing_rule: Annotated[Literal["drop", "impute_median", "fail"] | None, Empty]
    is_veto: Annotated[bool | None, Empty]
    origin: Literal["public_record", "own_design"]
    reasoning_en: str
    source: str

    @model_validator(mode="after")
    def has_grounds(self) -> Self:
        """What is ours gives its reason; what is public gives its source."""
        _require_grounds(self.origin, self.reasoning_en, self.source)
        return self

    @property
    def index_key(self) -> IndexKey:
        """The index the node belongs to."""
        return self.edition, self.index_code


class Absence(BaseModel, frozen=True):
    """What it means that a subject has no value of a measure, and what becomes of the gap."""

    edition: int
    index_code: str = Field(min_length=1)
    measure: str = Field(min_length=1)
    subjects: str = Field(min_length=1)
    absence: Literal["not_offered", "not_applicable", "not_measured"]
    missing_rule: Literal["value", "impute_worst", "impute_median", "fail", "drop"]
    missing_parameter: Number
    origin: Literal["public_record", "own_design"]
    reasoning_en: str
    source: str

    @model_validator(mode="after")
    def has_a_rule_that_fits(self) -> Self:
        """Each kind of absence has its rules: what is not offered never pays, what does not apply never costs."""
        _require_grounds(self.origin, self.reasoning_en, self.source)
        fitting = {
            "not_offered": ("value", "fail"),
            "not_applicable": ("drop",),
            "not_measured": ("impute_worst", "impute_median", "fail", "drop"),
        }[self.absence]
        if self.missing_rule not in fitting:
            raise ValueError(f"{self.absence} takes {', '.join(fitting)}, found {self.missing_rule}")
        if self.missing_rule == "value" and self.missing_parameter is None:
            raise ValueError("value needs the missing_parameter it stands for")
        if self.absence == "not_applicable" and self.subjects == "*":
            raise ValueError("not_applicable names the kinds or subjects it is said of: for * a gap alone would pay")
        unknown = [word for word in self.subjects.split("|") if word not in {"*", *SUBJECT_KINDS} and ":" not in word]
        if unknown:
            known = ", ".join(sorted(SUBJECT_KINDS))
            raise ValueError(f"subjects are *, or of {known}, or ids such as website:1100000001, found {unknown[0]}")
        return self


def find_faults(seeds: Path, given: frozenset[str]) -> Iterator[Fault]:
    """Every fault of the frameworks in a folder of seeds; rows that cannot be read are judged no further."""
    yield from _measure_faults(seeds, given)
    _, unreadable_absences = read_valid_rows(seeds, ABSENCES, Absence)
    yield from unreadable_absences
    nodes, unreadable = read_valid_rows(seeds, NODES, Node)
    frameworks, unreadable_frameworks = read_valid_rows(seeds, FRAMEWORKS, Framework)
    yield from [*unreadable_frameworks, *unreadable]
    if unreadable or unreadable_frameworks:
        return
    named: dict[IndexKey, int] = {}
    for line, framework in frameworks.items():
        key = (framework.edition, framework.index_code)
        if key in named:
            yield Fault(FRAMEWORKS, line, f"{key[1]} of {key[0]} stands on line {named[key]} already")
        named.setdefault(key, line)
    trees: defaultdict[IndexKey, dict[int, Node]] = defaultdict(dict)
    for line, node in nodes.items():
        trees[node.index_key][line] = node
    for key, line in named.items():
        if key not in trees:
            yield Fault(FRAMEWORKS, line, f"{key[1]} of {key[0]} has no nodes")
    bands, measures = _bands(seeds), _measures(seeds)
    for key, tree in trees.items():
        if key not in named:
            yield Fault(NODES, min(tree), f"there is no index {key[1]} of {key[0]} in {FRAMEWORKS}.csv")
        yield from _tree_faults(tree) or _node_faults(tree, bands, measures)


def _require_grounds(origin: str, reasoning: str, source: str) -> None:
    if origin == "own_design" and not reasoning:
        raise ValueError("own_design needs its reasoning")
    if origin == "public_record" and not source:
        raise ValueError("public_record needs its source")


def _bands(seeds: Path) -> Bands:
    found: defaultdict[tuple[int, str, str], list[tuple[float, float]]] = defaultdict(list)
    for _, row in read_rows(seeds, BANDS):
        key = int(row["edition"]), row["index_code"], row["node_code"]
        found[key].append((float(row["lower_bound"]), float(row["points"])))
    return {key: sorted(bands) for key, bands in found.items()}


def _measures(seeds: Path) -> LowestValues:
    rows = read_rows(seeds, MEASURES)
    return {row["measure_code"]: float(row["lowest"]) if row["lowest"] else None for _, row in rows}


def _measure_faults(seeds: Path, given: frozenset[str]) -> Iterator[Fault]:
    """Measures that no model gives: an indicator that reads one would be empty for everybody."""
    for line, row in read_rows(seeds, MEASURES):
        code = row["measure_code"]
        if not given & {code, _family(code)}:
            yield Fault(MEASURES, line, f"no model gives {code}; int_measure_value lists those that are given")


def _family(code: str) -> str:
    return f"{code.split('.', maxsplit=1)[0]}.*"


def _tree_faults(tree: dict[int, Node]) -> list[Fault]:
    """Whether the nodes are one tree; while they are not, nothing else can be judged."""
    faults = []
    lines: dict[str, int] = {}
    for line, node in tree.items():
        if node.node_code in lines:
            faults.append(Fault(NODES, line, f"{node.node_code} stands on line {lines[node.node_code]} already"))
        lines.setdefault(node.node_code, line)
    roots = [line for line, node in tree.items() if node.parent_code is None]
    for line, node in tree.items():
        if node.parent_code is not None and node.parent_code not in lines:
            faults.append(Fault(NODES, line, f"{node.node_code} is an orphan: there is no node {node.parent_code}"))
    for line in roots[1:]:
        faults.append(Fault(NODES, line, f"{tree[line].node_code} is a second root of {tree[line].index_code}"))
    if not faults:
        faults.extend(_cycle(tree, lines))
    if not faults and not roots:
        faults.append(Fault(NODES, min(tree), f"{tree[min(tree)].index_code} has no root"))
    return faults or _too_deep(tree, lines)


def _cycle(tree: dict[int, Node], lines: dict[str, int]) -> Iterator[Fault]:
    parents = {node.node_code: [node.parent_code] if node.parent_code else [] for node in tree.values()}
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        path = error.args[1]
        line = min(lines[code] for code in path)
        yield Fault(NODES, line, f"the nodes go round in a circle: {' → '.join(path)}")


def _too_deep(tree: dict[int, Node], lines: dict[str, int]) -> list[Fault]:
    limit = int(read_yaml(MODELS_DIR / "dbt_project.yml")["vars"]["framework_depth"])
    parents = {node.node_code: node.parent_code for node in tree.values()}
    faults = []
    for code, parent in parents.items():
        steps, above = 0, parent
        while above is not None:
            steps, above = steps + 1, parents[above]
        if steps > limit:
            text = f"{code} lies {steps} steps below its index; framework_depth in models/dbt_project.yml is {limit}"
            faults.append(Fault(NODES, lines[code], text))
    return faults


def _node_faults(tree: dict[int, Node], bands: Bands, measures: LowestValues) -> Iterator[Fault]:
    children: defaultdict[str, list[Node]] = defaultdict(list)
    by_code = {node.node_code: node for node in tree.values()}
    for node in tree.values():
        if node.parent_code is not None:
            children[node.parent_code].append(node)
    for line, node in tree.items():
        below = children[node.node_code]
        texts = _parent_faults(node, below, children) if below else _leaf_faults(node, bands, measures)
        above = by_code[node.parent_code] if node.parent_code else None
        for text in [*texts, *_place_faults(node, above)]:
            yield Fault(NODES, line, f"{node.node_code} {text}")


def _parent_faults(node: Node, below: list[Node], children: dict[str, list[Node]]) -> Iterator[str]:
    scored = [child for child in below if not child.is_veto]
    if node.weighting is None or node.aggregation is None:
        yield "has children, so it needs a weighting and an aggregation"
    if node.measure_code or node.normalisation:
        yield "has children, so it reads no measure"
    if not scored:
        yield "has nothing but vetoes below it"
    if node.weighting == "given":
        yield from _footing_faults(node, sum(child.weight or 0 for child in scored))
    if node.weighting in BY_DATA and any(children.get(child.node_code) for child in below):
        yield f"is weighed by {node.weighting}, which weighs indicators, and has children with children"


def _footing_faults(node: Node, total: float) -> Iterator[str]:
    if node.weight is None:
        yield f"has no points, and its children {total:g}"
    elif not isclose(total, node.weight, rel_tol=1e-9, abs_tol=1e-9):
        yield f"has {node.weight:g} points, and its children {total:g}"


def _leaf_faults(node: Node, bands: Bands, measures: LowestValues) -> Iterator[str]:
    needed = ("measure_code", "direction", "treatment", "normalisation", "missing_rule")
    missing = [name for name in needed if getattr(node, name) is None]
    if missing:
        yield f"has no children, so it needs {', '.join(missing)}"
    for code in (node.measure_code, node.denominator_code):
        if code and not measures.keys() & {code, _family(code)}:
            yield f"reads {code}, which {MEASURES}.csv does not know"
    if node.treatment == "winsorise" and not (node.treatment_parameter and 0 < node.treatment_parameter < 1 / 2):
        yield "is winsorised, so it needs a treatment_parameter between 0 and 0.5"
    if node.treatment == "skew":
        most = int(read_yaml(MODELS_DIR / "dbt_project.yml")["vars"]["outlier_points"])
        if node.treatment_parameter is None or node.treatment_parameter not in range(1, most + 1):
            yield f"draws in outliers by skewness, so it needs a whole treatment_parameter of 1 to {most} points"
    yield from _goal_faults(node)
    if node.normalisation == "deduction" and not (node.points_per_unit and node.points_per_unit > 0 and node.weight):
        yield "has deductions, so it needs points and positive points_per_unit"
    if node.normalisation == "deduction" and node.direction == "1":
        yield "loses points for each unit, so its direction is -1"
    if node.normalisation == "banded":
        yield from _band_faults(node, bands.get((*node.index_key, node.node_code)), measures)


def _goal_faults(node: Node) -> Iterator[str]:
    """Goalposts are in the unit of the indicator; of min_max they are the scores of the worst and the best."""
    low, high = node.goal_low, node.goal_high
    if node.normalisation == "goalposts" and not _ascend(low, high):
        yield "has goalposts, so goal_low must be less than goal_high"
    if node.normalisation == "goalposts" and node.treatment == "log" and low is not None and low <= -1:
        yield "has goalposts that a logarithm is taken of, so goal_low must be above -1"
    if node.normalisation == "min_max" and (low, high) != (None, None) and not _ascend(-1e-9, low, high, 100 + 1e-9):
        yield "is spread between scores, so goal_low must be less than goal_high, and both within 0 and 100"


def _band_faults(node: Node, bands: list[tuple[float, float]] | None, measures: LowestValues) -> Iterator[str]:
    """Bands have no upper end; below the lowest of them no value may lie, as far as the measure says."""
    if bands is None:
        yield f"is banded and has no rows in {BANDS}.csv"
        return
    points = [score for _, score in bands]
    if points != points[::-1] and points == sorted(points, reverse=node.direction == "1"):
        yield f"has bands whose points {'fall' if node.direction == '1' else 'rise'}, so its direction is the other one"
    bound, code = bands[0][0], node.measure_code or ""
    lowest = measures.get(code, measures.get(_family(code)))
    if lowest is None:
        return
    treated = log1p(lowest) if node.treatment == "log" else lowest
    if treated < bound:
        yield f"is banded from {bound:g} on, and {code} can be as low as {lowest:g}: its bands must reach so far"


def _ascend(*values: float | None) -> bool:
    return all(low is not None and high is not None and low < high for low, high in pairwise(values))


def _place_faults(node: Node, above: Node | None) -> Iterator[str]:
    if node.is_veto and (above is None or above.aggregation != "rubric"):
        yield "is a veto, and only a rubric can be vetoed"
    if not node.is_veto and above is not None and above.weighting in BY_POINTS and not node.weight:
        yield "has no weight"
    if node.normalisation == "z_score" and above is not None and above.aggregation in NEED_POSITIVE:
        yield f"is a z-score, which can be negative, under a {above.aggregation} mean"
    if node.normalisation == "z_score" and above is not None and above.weighting == "entropy":
        yield "is a z-score, which can be negative, and is weighed by entropy"
