"""The awards decided again in plain Python, from seeds and believed rows: what the models must agree with."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

Row = dict[str, Any]
Read = Callable[[str], pl.DataFrame]
Key = tuple[str, str, str]
CLASS_COLUMNS = {
    "kind": "subject_kind",
    "level": "level",
    "system": "system",
    "role": "site_role",
    "province": "province_code",
}


@dataclass
class Candidate:
    """One subject that was nominated for one title, with what is known of it."""

    rule: Row
    subject: Row
    rank_class: str
    score: float | None = None
    tie: float | None = None
    selves: set[str] = field(default_factory=set)
    experts: set[str] = field(default_factory=set)
    outcome: str = ""


def seed(folder: Path, name: str) -> list[Row]:
    """The rows of a seed, numbers as numbers and empty cells as nothing."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return [{column: _typed(cell) for column, cell in row.items()} for row in csv.DictReader(stream)]


def _typed(cell: str) -> Any:
    if cell == "":
        return None
    try:
        return float(cell)
    except ValueError:
        return cell


class Court:
    """Decides every title of an edition, one after another."""

    def __init__(self, seeds: Path, read: Read) -> None:
        """Take the seeds of a folder, and tables by their names."""
        self.series = {row["series_code"]: int(row["series_number"]) for row in seed(seeds, "award_series")}
        self.names = {(row["series_code"], row["title_code"]): row for row in seed(seeds, "award_titles")}
        self.rules = sorted(seed(seeds, "award_rules"), key=lambda row: row["stage"])
        self.exclusions = seed(seeds, "award_exclusions")
        self.quotas = {
            (row["series_code"], row["title_code"], row["rank_class"]): row["quota"]
            for row in seed(seeds, "award_quotas")
        }
        self.inputs = seed(seeds, "award_inputs")
        self.scales = {row["index_code"]: row["score_scale"] for row in seed(seeds, "frameworks")}
        self.subjects = {row["subject_id"]: row for row in _rows(read, "core.dim_subject")}
        self.appeals = [row for row in _believed(read, "appeal") if row["decision"] == "upheld"]
        self.reviews = self._after_appeals(_believed(read, "expert_review"))
        self.nominations = self._corrected(_believed(read, "nomination"))
        self.ranks = {(row["index_code"], row["subject_id"]): row for row in _rows(read, "indices.idx_rank")}
        self.nodes = {
            (row["index_code"], row["node_code"], row["subject_id"]): row["score"]
            for row in _rows(read, "indices.idx_score")
        }
        self.measures = {
            (row["measure_code"], row["subject_id"]): row["value"]
            for row in _rows(read, "intermediate.int_measure_value")
        }
        self.respondents: dict[str, int] = defaultdict(int)
        for row in _rows(read, "core.fct_survey_score"):
            most = max(self.respondents[row["subject_id"]], row["respondent_count"] or 0)
            self.respondents[row["subject_id"]] = most
        self.winners: list[tuple[str, str, str]] = []

    def decide(self) -> dict[Key, Candidate]:
        """Every candidate with its outcome."""
        decided: dict[Key, Candidate] = {}
        for stage in sorted({rule["stage"] for rule in self.rules}):
            judged = [c for rule in self.rules if rule["stage"] == stage for c in self._of_title(rule)]
            for candidate in judged:
                place = (candidate.rule["series_code"], candidate.rule["title_code"], candidate.subject["subject_id"])
                decided[place] = candidate
            self.winners += [place for place, candidate in decided.items() if candidate.outcome == "won"]
        return decided

    def _after_appeals(self, reviews: list[Row]) -> list[Row]:
        for appeal in self.appeals:
            for review in reviews:
                if not _is_about(appeal, review, "expert_id") or appeal["criterion_code"] not in (
                    None,
                    review["criterion_code"],
                ):
                    continue
                if appeal["effect_code"] == "recuse_expert":
                    review |= {"is_recused": True}
                if appeal["effect_code"] == "replace_review" and review["score"] == float(appeal["expected_value"]):
                    review |= {"score": float(appeal["new_value"])}
        return [
            review | ({"score": None, "is_recommended": None} if review["is_recused"] else {}) for review in reviews
        ]

    def _corrected(self, nominations: list[Row]) -> list[Row]:
        for appeal in self.appeals:
            for nomination in nominations:
                if not _is_about(appeal, nomination, "nominator_id"):
                    continue
                if appeal["effect_code"] == "withdraw_nomination":
                    nomination["is_withdrawn"] = True
                column = appeal["changed_column"]
                if (
                    appeal["effect_code"] == "correct_nomination"
                    and str(nomination[column]) == appeal["expected_value"]
                ):
                    nomination[column] = type(nomination[column])(appeal["new_value"])
                    if column == "subject_code":
                        nomination["subject_id"] = f"{nomination['subject_id'].split(':')[0]}:{appeal['new_value']}"
        return nominations

    def _names_title(self, rule: Row, row: Row) -> bool:
        title = self.names[rule["series_code"], rule["title_code"]]
        names = {"all", rule["title_code"], title["short_name_zh"], title["name_zh"]}
        return bool(row["series"] == self.series[rule["series_code"]] and row["title_code"] in names)

    def _of_title(self, rule: Row) -> list[Candidate]:
        found: dict[str, Candidate] = {}
        reviews: dict[str, list[Row]] = defaultdict(list)
        for review in self.reviews:
            if self._names_title(rule, review):
                reviews[review["subject_id"]].append(review)
        for nomination in self.nominations:
            if not self._names_title(rule, nomination):
                continue
            subject = self.subjects[nomination["subject_id"]]
            candidate = found.setdefault(subject["subject_id"], Candidate(rule, subject, _class(rule, subject)))
            recused = {r["expert_id"] for r in reviews[subject["subject_id"]] if r["is_recused"]}
            if nomination["is_withdrawn"]:
                continue
            if nomination["nominator_kind"] == "self":
                candidate.selves.add(nomination["nominator_id"])
            elif nomination["nominator_id"] not in recused:
                candidate.experts.add(nomination["nominator_id"])
        for subject_id, candidate in found.items():
            self._score(candidate, reviews[subject_id])
            candidate.outcome = self._stopped(candidate, reviews[subject_id])
        for rank_class in {candidate.rank_class for candidate in found.values()}:
            self._place([c for c in found.values() if c.rank_class == rank_class and not c.outcome])
        return list(found.values())

    def _score(self, candidate: Candidate, reviews: list[Row]) -> None:
        subject_id = candidate.subject["subject_id"]
        known, total, added = 0.0, 0.0, 0.0
        for row in self.inputs:
            if (row["series_code"], row["title_code"]) != _title(candidate.rule):
                continue
            value = self._input(row, subject_id, reviews)
            total += row["weight"]
            if value is not None:
                known, added = known + row["weight"], added + row["weight"] * value
            if row["input_code"] == candidate.rule["tie_input_code"] and candidate.rule["tie_rule"] == "by_input":
                candidate.tie = value
        if known / total >= candidate.rule["coverage_min"]:
            candidate.score = added / known

    def _input(self, row: Row, subject_id: str, reviews: list[Row]) -> float | None:
        if row["input_kind"] == "index":
            rank = self.ranks.get((row["index_code"], subject_id))
            is_known = rank is not None and rank["index_score"] is not None
            return rank["index_score"] / self.scales[row["index_code"]] * 100 if rank and is_known else None
        if row["input_kind"] == "node":
            return self.nodes.get((row["index_code"], row["value_code"], subject_id))
        if row["input_kind"] == "measure":
            return self.measures.get((row["value_code"], subject_id))
        if row["input_kind"] == "adjusted_review":
            return self._adjusted(row["value_code"], reviews)
        voices = _voices(reviews)
        return 100 * sum(voices.values()) / len(voices) if voices else None

    def _adjusted(self, criterion: str, reviews: list[Row]) -> float | None:
        scores = [r for r in reviews if r["criterion_code"] == criterion and r["score"] is not None]
        if not scores:
            return None
        adjusted = [r["score"] + self._severity(r["series"], r["expert_id"]) for r in scores]
        return min(100.0, max(0.0, sum(adjusted) / len(adjusted)))

    def _severity(self, series: int, expert: str) -> float:
        """By how much the panels are above an expert on the average of what they share."""
        panels: dict[tuple[str, str, str], list[tuple[str, float]]] = defaultdict(list)
        for r in self.reviews:
            if r["series"] == series and r["score"] is not None:
                panels[r["subject_id"], r["title_code"], r["criterion_code"]].append((r["expert_id"], r["score"]))
        gaps = [
            sum(score for _, score in panel) / len(panel) - own
            for panel in panels.values()
            if len(panel) > 1
            for who, own in panel
            if who == expert
        ]
        return sum(gaps) / len(gaps) if gaps else 0.0

    def _stopped(self, candidate: Candidate, reviews: list[Row]) -> str:
        rule, subject = candidate.rule, candidate.subject
        selves, experts = len(candidate.selves), len(candidate.experts)
        recused = {r["expert_id"] for r in reviews if r["is_recused"]}
        reviewers = {r["expert_id"] for r in reviews if r["score"] is not None} - recused
        voices = _voices(reviews)
        yes = sum(voices.values())
        veto = self.ranks.get((rule["veto_index_code"], subject["subject_id"]), {}).get("is_vetoed")
        needed = {"none": 0.0, "majority": len(voices) / 2 + 0.1, "unanimous": max(1, len(voices))}
        scope = zip(
            ("subject_kinds", "site_roles", "levels", "systems"),
            ("subject_kind", "site_role", "level", "system"),
            strict=True,
        )
        checks = {
            "not_running": not subject["is_running"],
            "out_of_scope": not all(rule[s] == "*" or subject[c] in str(rule[s]).split("|") for s, c in scope),
            "class_without_quota": (*_title(rule), candidate.rank_class) not in self.quotas,
            "nomination_withdrawn": selves + experts == 0,
            "withdrawn_on_appeal": any(
                appeal["effect_code"] == "withdraw_winner"
                and appeal["subject_id"] == subject["subject_id"]
                and self._names_title(rule, appeal)
                for appeal in self.appeals
            ),
            "vetoed": bool(veto),
            "not_scored": candidate.score is None,
            "too_few_self_nominations": selves < rule["self_nomination_min"],
            "too_few_expert_nominations": experts < rule["expert_nomination_min"],
            "too_few_nominations": selves + experts < rule["nomination_min"],
            "too_few_reviewers": len(reviewers) < rule["reviewer_min"],
            "too_few_respondents": self.respondents[subject["subject_id"]] < rule["respondent_min"],
            "not_approved": yes < needed[rule["approval_rule"]],
            "excluded": self._is_excluded(rule, subject["subject_id"]),
        }
        return next((code for code, is_so in checks.items() if is_so), "")

    def _is_excluded(self, rule: Row, subject_id: str) -> bool:
        return any(
            _title(row) == _title(rule)
            and winner[2] == subject_id
            and row["excluding_series_code"] == winner[0]
            and row["excluding_title_code"] in ("*", winner[1])
            for row in self.exclusions
            for winner in self.winners
        )

    def _place(self, eligible: list[Candidate]) -> None:
        for candidate in eligible:
            rule = candidate.rule
            ours = _steps(candidate)
            better = sum(_steps(other) > ours for other in eligible)
            tied = sum(_steps(other) == ours for other in eligible)
            quota = self.quotas[(*_title(rule), candidate.rank_class)]
            if rule["threshold_score"] is not None and (candidate.score or 0) < rule["threshold_score"]:
                candidate.outcome = "below_threshold"
            elif quota is not None and better >= quota:
                candidate.outcome = "below_quota"
            elif quota is not None and rule["tie_rule"] == "none" and better + tied > quota:
                candidate.outcome = "tied_at_line"
            else:
                candidate.outcome = "won"


def _rows(read: Read, table: str) -> list[Row]:
    return read(table).to_dicts()


def _believed(read: Read, source: str) -> list[Row]:
    return [row for row in _rows(read, f"staging.stg_{source}") if row["reason_code"] is None]


def _title(rule: Row) -> tuple[str, str]:
    return rule["series_code"], rule["title_code"]


def _class(rule: Row, subject: Row) -> str:
    words = str(rule["classed_by"]).split("|")
    return "/".join(subject[c] for word, c in CLASS_COLUMNS.items() if word in words and subject[c]) or "all"


def _voices(reviews: Iterable[Row]) -> dict[str, bool]:
    """Each expert who did not recuse and said something: whether it was yes throughout."""
    said: dict[str, list[bool]] = defaultdict(list)
    recused = set()
    for review in reviews:
        if review["is_recused"]:
            recused.add(review["expert_id"])
        if review["is_recommended"] is not None:
            said[review["expert_id"]].append(review["is_recommended"])
    return {expert: all(words) for expert, words in said.items() if expert not in recused}


def _is_about(appeal: Row, row: Row, party: str) -> bool:
    return bool(
        appeal["subject_id"] == row["subject_id"]
        and appeal["series"] == row["series"]
        and appeal["title_code"] in ("all", row["title_code"])
        and appeal["party_id"] in (None, row[party])
    )


def _steps(candidate: Candidate) -> tuple[int, int]:
    within = candidate.rule["tied_within"]
    tie = 0 if candidate.tie is None else round(candidate.tie / within)
    return round((candidate.score or 0) / within), tie
