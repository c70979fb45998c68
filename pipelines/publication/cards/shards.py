"""The cards of a release as the site reads them: small scripts that hold data, so that pages open from disk too.

``cards/frame.js`` is what all cards share, ``cards/names.js`` whom there are cards of, and each of the shards the cards
of the subjects whose ids have its number. No name of a file, and nobody who appeals or reviews, is in them.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from zlib import crc32

from pipelines.publication.cards.facts import read_cards
from pipelines.publication.cards.frame import read_frame
from pipelines.publication.site.pages.regions import paged_regions, regions_of
from pipelines.publication.site.tables import Tables

FOLDER = "cards"
SHARD_COUNT = 128


def shard_of(subject_id: str) -> int:
    """The shard a subject's card is in."""
    return crc32(subject_id.encode()) % SHARD_COUNT


def write_cards(tables: Tables, folder: Path) -> None:
    """Write the cards of all ranked subjects and candidates below the folder of a release; none where there are none.

    The same release gives the same bytes.
    """
    if not tables.carded:
        return
    (folder / FOLDER).mkdir()
    _write(folder, "frame", "frame", _json({**read_frame(tables), "shards": SHARD_COUNT}))
    shards: dict[int, list[str]] = defaultdict(list)
    names = []
    for card in read_cards(tables):
        shards[shard_of(card["id"])].append(f"{_json(card['id'])}:{_json(card)}")
        names.append([card["id"], card["name"], card["kind"], card["level"], card["region"], len(card["indices"])])
    regions = _regions(tables, {name[4] for name in names})
    _write(folder, "names", "names", _json({"subjects": names, "regions": regions}))
    for number, cards in sorted(shards.items()):
        _write(folder, str(number), "cards", f"{{{','.join(cards)}}}")


def _regions(tables: Tables, used: set[str | None]) -> dict[str, list[Any]]:
    """The divisions subjects lie in and those above them: names, division above, and whether it has a page."""
    regions = regions_of(tables)
    paged = set(paged_regions(tables))
    wanted: set[str] = set()
    for code in used:
        at = code
        while at and at in regions and at not in wanted:
            wanted.add(at)
            at = regions[at]["parent_code"]
    return {
        code: [regions[code]["name_zh"], regions[code]["name_en"], regions[code]["parent_code"], code in paged]
        for code in sorted(wanted)
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write(folder: Path, name: str, kind: str, text: str) -> None:
    (folder / FOLDER / f"{name}.js").write_text(f'ceping.take("{kind}",{text});\n', encoding="utf-8", newline="\n")
