"""A card in words: the same sections, sentences and cells as the page shows, for documents and the terminal.

What the page computes from a shard is computed here from the same facts; both take their sentences from ``words``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from pipelines.publication.cards.facts import NODE, Facts
from pipelines.publication.cards.frame import Frame
from pipelines.publication.cards.words import say
from pipelines.publication.site.language import Language
from pipelines.publication.site.values import NOTHING, score, share

# A chance below this, or as near to certain, is not worth a line.
LEAST_CHANCE = 0.0005
MOST_ROW_NUMBERS = 12
Places = Mapping[str, Mapping[str, Any]]


class Table(BaseModel, frozen=True):
    """A table of texts; ``numbers`` are the columns that hold numbers, ``depths`` how deep in a tree each row is."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    depths: tuple[int, ...] = ()


class Section(BaseModel, frozen=True):
    """A heading with what stands below it."""

    title: str
    level: int
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


class CardText(BaseModel, frozen=True):
    """A whole card."""

    subject_id: str
    kicker: str
    name: str
    warning: str
    identity: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


class Composer:
    """Puts facts into words in one language."""

    def __init__(self, frame: Frame, regions: Places, language: Language) -> None:
        self._frame, self._regions, self._language = frame, regions, language

    def compose(self, card: Facts) -> CardText:
        """The card of a subject."""
        return CardText(
            subject_id=card["id"],
            kicker=f"{self._say('card')}{self._language.say('　', ' · ')}{self._frame['edition']}",
            name=card["name"],
            warning=self._say("synthetic") if card["synthetic"] else "",
            identity=tuple(self._identity(card)),
            sections=(
                Section(title=self._say("ranks"), level=1, tables=(self._ranks(card),)),
                *(self._tree(index) for index in card["indices"]),
                *self._awards(card),
                self._checks(card),
                *([files] if (files := self._files(card)) else []),
                self._appeals(),
            ),
        )

    def _say(self, key: str, **values: object) -> str:
        return say(self._language, key, **values)

    def _of(self, names: tuple[str, str] | None) -> str:
        return self._language.say(names[0] or "", names[1] or "") if names else ""

    def _label(self, kind: str, code: str | None) -> str:
        return self._of(self._frame["labels"][kind].get(code)) or code or ""

    def _class(self, code: str) -> str:
        kinds = ("rank_class", "group", "subject_kind")
        return next((self._label(kind, code) for kind in kinds if code in self._frame["labels"][kind]), code)

    def _place(self, code: str | None) -> str:
        names: list[str] = []
        while code and code in self._regions and self._regions[code]["level"] != "national":
            row = self._regions[code]
            names.insert(0, self._language.say(row["name_zh"], row["name_en"] or ""))
            code = row["parent_code"]
        return " · ".join(names)

    def _identity(self, card: Facts) -> Iterator[tuple[str, str]]:
        found = {
            "kind": self._label("subject_kind", card["kind"]), "code": card["code"] or card["id"],
            "organiser": card["organiser"], "level": self._label("group", card["level"]),
            "system": self._label("system", card["system"]), "url": card["url"],
            "status": self._label("operating_status", card["status"]), "region": self._place(card["region"]),
        }  # fmt: skip
        return ((self._say(key), value) for key, value in found.items() if value)

    def _rank_of(self, facts: Facts) -> str:
        return self._say("rank_of", rank=f"{facts['subject_rank']:,}", count=f"{facts['ranked_count']:,}")

    def _standing(self, index: Facts) -> str:
        if index["subject_rank"] is None:
            return self._say("unranked", reason=self._label("null_reason", index["unranked_reason"]))
        tied = f" {self._say('tied', count=index['tied_count'])}" if index["tied_count"] > 1 else ""
        return f"{self._rank_of(index)}{tied}"

    def _chances(self, index: Facts) -> str:
        chances = index["chances"] or []
        likely = [
            chance
            for at, chance in enumerate(chances)
            if chance[1] >= LEAST_CHANCE and not (at and chances[at - 1][1] >= 1 - LEAST_CHANCE)
        ]
        told = (self._say("chance_of", count=top, chance=share(chance)) for top, chance in likely or chances[-1:])
        return "\n".join(told)

    def _ranks(self, card: Facts) -> Table:
        indices = card["indices"]
        has_pass = any(index["is_passed"] is not None for index in indices)
        has_before = any(index["before"] for index in indices)
        heads = ["index", "class", "rank", "score", "span", "chance", "coverage"]
        heads += ["passed"] * has_pass + ["before_column"] * has_before
        return Table(
            caption=self._say("ranks"),
            heads=tuple(self._say(head) for head in heads),
            numbers=frozenset({2, 3, 4, 6}),
            rows=tuple(
                (
                    self._of(self._index(index)["names"]),
                    self._class(index["rank_class"]),
                    self._standing(index),
                    score(index["index_score"]),
                    _span(index["span"]),
                    self._chances(index),
                    share(index["index_coverage"]),
                    *([self._passed(index["is_passed"])] if has_pass else []),
                    *([self._rank_of(index["before"]) if index["before"] else NOTHING] if has_before else []),
                )
                for index in indices
            ),
        )

    def _passed(self, is_passed: bool | None) -> str:
        return NOTHING if is_passed is None else self._say("yes" if is_passed else "no")

    def _index(self, index: Facts) -> dict[str, Any]:
        found: dict[str, Any] = self._frame["indices"][index["index_code"]]
        return found

    def _tree(self, index: Facts) -> Section:
        name = self._of(self._index(index)["names"])
        told = []
        if index["subject_rank"] is None:
            told.append(self._standing(index))
        elif index["subject_rank"] == 1:
            told.append(self._say("first"))
        elif index["next_rank"] is not None:
            told.append(self._say("next", rank=f"{index['next_rank']:,}", score=score(index["next_score"])))
        if index["bounds"]:
            low, high = (score(bound) for bound in index["bounds"])
            told.append(self._say("bounds", share=share(1 - index["index_coverage"]), low=low, high=high))
        if index["span"] and index["span"][-1] is not None:
            low, high = (f"{rank:,}" for rank in sorted(index["span"][-2:]))
            told.append(self._say("missing_ranks", low=low, high=high))
        heads = ["indicator", "score", "median", "weight", "adds", "value", "evidence"]
        heads += ["needed"] * (index["next_rank"] is not None)
        depths: dict[str, int] = {}
        rows = []
        for values in index["nodes"]:
            node = dict(zip(NODE, values, strict=True))
            about = self._index(index)["nodes"][node["node_code"]]
            depths[node["node_code"]] = depths.get(about["parent"], -1) + 1
            rows.append(self._node(index, node, about))
        table = Table(
            caption=self._say("tree", index=name), heads=tuple(self._say(head) for head in heads),
            numbers=frozenset({1, 2, 3, 4, 5, 7}), rows=tuple(rows), depths=tuple(depths.values()),
        )  # fmt: skip
        return Section(title=name, level=2, paragraphs=tuple(told), tables=(table,))

    def _node(self, index: Facts, node: Facts, about: dict[str, Any]) -> tuple[str, ...]:
        spread = self._frame["spreads"].get(index["index_code"], {}).get(index["rank_class"], {})
        quartiles = spread.get(node["node_code"])
        used = node["weight_used"] if node["weight_used"] is not None else about["share"]
        return (
            self._of(about["names"]),
            self._scored(node),
            f"{score(quartiles[1])}\n{score(quartiles[0])}–{score(quartiles[2])}" if quartiles else NOTHING,
            share(used),
            score(node["weighted_score"]),
            digits(node["raw_value"]) if about["leaf"] else "",
            "\n".join(
                self._say(
                    "evidence_of_one" if count == 1 else "evidence_of",
                    source=self._label("source", source),
                    count=f"{count:,}",
                )
                for source, count in _sources(node["evidence"])
            ),
            *([self._needed(node)] if index["next_rank"] is not None else []),
        )

    def _scored(self, node: Facts) -> str:
        if node["score"] is None:
            return self._label("null_reason", node["null_reason"]) or self._say("missing")
        marks = [self._say(mark) for mark in ("imputed", "vetoed") if node[f"is_{mark}"]]
        return "\n".join([score(node["score"]), *marks])

    def _needed(self, node: Facts) -> str:
        return self._say(node["change_code"], value=digits(node["needed_value"])) if node["change_code"] else ""

    def _title(self, row: Facts) -> str:
        found = self._frame["titles"].get(f"{row['series_code']}/{row['title_code']}")
        return self._of(found["names"]) if found else str(row["title_code"])

    def _awards(self, card: Facts) -> Iterator[Section]:
        heads = ("title", "class", "score", "rank", "outcome", "reason")
        rows = [
            (
                self._title(row),
                self._of(self._frame["classes"].get(row["rank_class"])) or self._class(row["rank_class"] or ""),
                score(row["award_score"]),
                NOTHING if row["award_rank"] is None else f"{row['award_rank']:,}",
                self._say("won" if row["is_winner"] else "lost"),
                "\n".join(filter(None, (self._of(_pair(row, told)) for told in ("reason", "note")))),
            )
            for row in card["awards"]
        ]
        table = Table(
            caption=self._say("awards"), heads=tuple(self._say(head) for head in heads), rows=tuple(rows),
            numbers=frozenset({2, 3}),
        )  # fmt: skip
        if rows:
            yield Section(title=self._say("awards"), level=1, tables=(table,))
        else:
            yield Section(title=self._say("awards"), level=1, paragraphs=(self._say("no_awards"),))
        if card["held"]:
            told = (self._say("held_of", year=row["award_year"], title=self._title(row)) for row in card["held"])
            yield Section(title=self._say("held"), level=2, paragraphs=tuple(told))

    def _checks(self, card: Facts) -> Section:
        title = self._say("checks")
        if not card["checks"]:
            return Section(title=title, level=1, paragraphs=(self._say("no_checks"),))
        heads = ("day", "tier", "result", "fault", "mended", "days")
        rows = tuple(
            (
                row["day"], self._label("group", row["tier"]), self._passed(row["is_passed"]),
                self._label("group", row["failure_reason"]),
                (row["mended"] or self._say("not_mended")) if row["is_passed"] is False else "",
                (NOTHING if row["days"] is None else f"{row['days']:,}") if row["is_passed"] is False else "",
            )
            for row in card["checks"]
        )  # fmt: skip
        table = Table(caption=title, heads=tuple(self._say(head) for head in heads), rows=rows, numbers=frozenset({5}))
        return Section(title=title, level=1, tables=(table,))

    def _files(self, card: Facts) -> Section | None:
        """The files and rows of the evidence, where the facts hold them."""
        rows: dict[tuple[str, ...], None] = {}
        for index in card["indices"]:
            for node in index["nodes"]:
                for read in node[-1] or ():
                    if isinstance(read, dict):
                        sheet = f" [{read['sheet']}]" if read["sheet"] else ""
                        source = self._label("source", read["source"])
                        rows[source, f"{read['file_name']}{sheet}", f"{read['row_count']:,}", _row_numbers(read)] = None
        if not rows:
            return None
        heads = (
            self._say("evidence"), self._say("file"), self._say("rows"), self._language.say("行号", "Row numbers"),
        )  # fmt: skip
        table = Table(caption=self._say("files"), heads=heads, rows=tuple(sorted(rows)), numbers=frozenset({2}))
        return Section(title=self._say("files"), level=1, tables=(table,))

    def _appeals(self) -> Section:
        facts = self._frame["facts"]
        told = []
        if "appeal_until" in facts:
            told.append(self._say("appeal_until", day=self._of(facts["appeal_until"])))
        if "appeal_to" in facts:
            told.append(self._of(facts["appeal_to"]))
        if "collected_until" in facts:
            told.append(self._say("collected", day=self._of(facts["collected_until"])))
        return Section(title=self._say("appeals"), level=1, paragraphs=tuple(told))


def _pair(row: Facts, column: str) -> tuple[str, str]:
    """A column in both languages."""
    return row[f"{column}_zh"], row[f"{column}_en"]


def digits(value: float | None) -> str:
    """A measured value to six significant digits, without an exponent where it can be had."""
    return NOTHING if value is None else f"{float(f'{value:.6g}'):.15g}"


def _span(span: list[int] | None) -> str:
    return NOTHING if not span or span[0] is None else f"{span[0]:,}–{span[1]:,}"


def _sources(evidence: list[Any] | None) -> list[tuple[str, int]]:
    """Sources and rows read of each, whether or not the files are named."""
    counts: dict[str, int] = {}
    for read in evidence or ():
        source, count = (read["source"], read["row_count"]) if isinstance(read, dict) else read
        counts[source] = counts.get(source, 0) + count
    return sorted(counts.items())


def _row_numbers(read: Mapping[str, Any]) -> str:
    if read["row_numbers"] is not None:
        numbers = str(read["row_numbers"]).split(", ")
        return ", ".join(numbers[:MOST_ROW_NUMBERS]) + (", …" if len(numbers) > MOST_ROW_NUMBERS else "")
    if read["first_row_number"] is None:
        return NOTHING
    return f"{read['first_row_number']:,}–{read['last_row_number']:,}"
