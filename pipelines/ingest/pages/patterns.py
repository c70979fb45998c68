"""Patterns of LIKE that tags and addresses fit, and the words that must stand on a page for any to fit."""

import re
from collections.abc import Iterable, Sequence, Set
from functools import cache, lru_cache
from html import unescape
from html.entities import html5

from ahocorasick_rs import BytesAhoCorasick, MatchKind

TAGS_WITH_TRACES = ("a", "area", "img", "iframe", "form", "input", "script")
WILDCARDS = {"%": ".*", "_": "."}
WORDS_OF_PATTERN = re.compile(r"([^%_=\s]+)(=?)")
RARE_BYTES = 3
# The Kelvin sign, and the capital i with a dot: in lower case they are k, and i with another dot.
LETTERS_LIKE_ASCII = "\u212a\u0130"
# What stands for other characters: a number, or what may be a name, as html.unescape takes it.
REFERENCE = re.compile(r"&(?:#|[^\t\n\f <&#;]{1,32};?)")


@cache
def compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Patterns of LIKE as one regular expression of a whole text."""
    parts = ("".join(WILDCARDS.get(letter) or re.escape(letter) for letter in pattern) for pattern in patterns)
    return re.compile("|".join(parts), re.DOTALL)


@cache
def longest_part(pattern: str) -> str:
    """The longest stretch of a pattern without wildcards."""
    return max(re.split("[%_]", pattern), key=len)


def words_of_tag(pattern: str) -> frozenset[str]:
    """The words of a tag that a pattern asks for, but for names of tags and attributes: any page holds those."""
    _, blank, rest = pattern.partition(" ")
    return frozenset(word for word, is_name in WORDS_OF_PATTERN.findall(rest if blank else pattern) if not is_name)


def tags_of(pattern: str) -> Sequence[str]:
    """The tags that can fit a pattern: the one it begins with, or any that is looked at."""
    name, blank, _ = pattern.partition(" ")
    if not blank or set(name) & WILDCARDS.keys():
        return TAGS_WITH_TRACES
    return [name] if name in TAGS_WITH_TRACES else []


class Words:
    """Words in lower case that are looked for on pages in one pass; ``of_texts`` may be pieced together of tags."""

    def __init__(self, words: Iterable[str], of_texts: Iterable[str]) -> None:
        self._all = set(words)
        self._characters = {character for word in self._all for character in word}
        broken = {word[:length] + "<" for word in of_texts for length in range(1, len(word))}
        self._signs_of_others = broken | set(LETTERS_LIKE_ASCII)
        # What is long enough to be rare; to look for the signs apart costs more.
        rare = {word for word in self._all if len(word.encode()) >= RARE_BYTES}
        self._frequent = self._all - rare
        self._in_order = sorted(rare | self._signs_of_others)
        encoded = [word.encode() for word in self._in_order]
        self._longest = max(map(len, encoded))
        self._one_after_the_other = BytesAhoCorasick(encoded, matchkind=MatchKind.LeftmostLongest)
        self._overlapping = BytesAhoCorasick(encoded)

    def __contains__(self, word: str) -> bool:
        return word in self._all

    def found_in(self, text: bytes) -> set[str]:
        """The words that stand in a text in lower case, and signs that there may be others."""
        # The quick search passes over a word that overlaps one it has found; the parts about those are few.
        found = self._one_after_the_other.find_matches_as_indexes(text)
        parts = {text[start : end + self._longest] for _, start, end in found}
        # The end of a text ends a part of a word as a tag does.
        parts.add(text[-self._longest :] + b"<")
        matches = (match for part in parts for match in self._overlapping.find_matches_as_indexes(part, True))
        frequent = {word for word in self._frequent if word.encode() in text}
        return {self._in_order[number] for number, _, _ in matches} | frequent

    def stand_as_written(self, html: str, found: Set[str]) -> bool:
        """Whether a page has no word but those found in its source, whose ASCII letters were lowered.

        Others come of references, of tags within a word, after a part of it, of what a parser leaves out, and of
        letters that are lowered to those of a word.
        """
        if "\0" in html or not self._signs_of_others.isdisjoint(found):
            return False
        return "&" not in html or all(map(self._brings_no_word, set(REFERENCE.findall(html))))

    def _brings_no_word(self, reference: str) -> bool:
        return reference != "&#" and self._characters.isdisjoint(_meaning(reference).lower())


@lru_cache(maxsize=1 << 14)
def _meaning(reference: str) -> str:
    """The characters that a reference by name stands for, without what follows them; none where it is no name."""
    if unescape(reference) == reference:
        return ""
    return next(html5[reference[1:end]] for end in range(len(reference), 1, -1) if reference[1:end] in html5)
