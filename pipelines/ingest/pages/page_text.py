"""The text of a page from its bytes, in the encoding that fits: what it declares is often wrong or missing."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# What servers are set to say of every page, whatever it is in: its own tag, or what it looks like, knows better.
SAID_OF_EVERY_PAGE = ("cp1252",)
# No text in another encoding is valid UTF-8 throughout; in Chinese ones almost any is.
SURE = "utf-8"
# Pages that call themselves gb2312 or gbk hold characters of its superset, and so do browsers read them.
CHINESE = ("gb2312", "gbk", "gb18030")
SUPERSET = "gb18030"


@dataclass(frozen=True)
class PageText:
    """The text, the encoding it was in, whether every byte had a meaning in it, and the text in UTF-8."""

    text: str
    charset: str
    is_whole: bool
    in_utf8: bytes


def decode_page(body: bytes, header_charset: str | None) -> PageText:
    """The text in the first encoding in which every byte has a meaning: by mark, HTTP header, meta tag, detection.

    Where header and tag disagree, UTF-8 goes before others, and what servers say of every page goes last. Where no
    encoding fits, each meaningless byte is replaced.
    """
    first = None
    tried: set[str] = set()
    for charset in _candidates(body, header_charset):
        first = first or charset
        if charset in tried:
            continue
        tried.add(charset)
        try:
            text = body.decode(charset).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        in_utf8 = body.removeprefix(codecs.BOM_UTF8) if charset == SURE else text.encode()
        return PageText(text, charset, is_whole=True, in_utf8=in_utf8)
    text = body.decode(first or SURE, errors="replace")
    return PageText(text, first or SURE, is_whole=False, in_utf8=text.encode())


def _candidates(body: bytes, header_charset: str | None) -> Iterator[str]:
    for mark, charset in MARKS.items():
        if body.startswith(mark):
            yield charset
    header = list(_known(header_charset.strip("\"' ") if header_charset is not None else None))
    # What is UTF-8 throughout and said to be is nothing else.
    if SURE in header:
        yield SURE
    tag = list(_known(detect_encoding(body, from_html_meta=True)))
    said_of_every_page = [charset for charset in header if charset in SAID_OF_EVERY_PAGE]
    declared = [charset for charset in (*header, *tag) if charset not in said_of_every_page]
    yield from sorted(declared, key=lambda charset: charset != SURE)
    looks_like = list(_known(detect_encoding(body)))
    if said_of_every_page:
        yield from (charset for charset in looks_like if charset in (SURE, SUPERSET))
    yield from (*said_of_every_page, *looks_like)


def _known(label: str | None) -> Iterator[str]:
    if label is None:
        return
    name = map_encoding_to_html5(label, fallback_utf8=False)
    if name is not None:
        yield SUPERSET if name.lower() in CHINESE else name.lower()
