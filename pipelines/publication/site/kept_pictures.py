"""Pictures that were drawn before: what shows the same, drawn by the same code, is not drawn again.

A kept picture is a cache and nothing else: one that is missing, damaged or of other code is drawn anew.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import ParamSpec

import vl_convert
from pydantic import BaseModel, ValidationError

from pipelines.foundation.files import write_whole
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.state import keep, read_kept
from pipelines.publication.site import charts
from pipelines.publication.site.charts import Chart
from pipelines.settings import PARSED_DIR

Shown = ParamSpec("Shown")
# By which name a page finds what draws.
ENTRY = "Object.assign(window, { vegaEmbed });"


class KeptPicture(BaseModel, frozen=True):
    """A picture with the hash it was written with."""

    chart: Chart
    sha256: str

    @classmethod
    def of(cls, chart: Chart) -> "KeptPicture":
        """The picture as it is to be kept."""
        return cls(chart=chart, sha256=_hash(chart))

    @property
    def is_whole(self) -> bool:
        """Whether the picture is the one that was kept."""
        return self.sha256 == _hash(self.chart)


class KeptPictures:
    """A folder of pictures, or none where there is no folder: then each is drawn."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._used: set[Path] = set()

    def draw(self, kind: Callable[Shown, Chart], *shown: Shown.args, **named: Shown.kwargs) -> Chart:
        """The picture of a kind, a function of ``charts``, that shows these values."""
        if self._folder is None:
            return kind(*shown, **named)
        name = sha256(repr((_drawn_by(), kind.__qualname__, shown, named)).encode()).hexdigest()
        path = self._folder / f"{name}.json"
        self._used.add(path)
        kept = _read(path)
        if kept is None:
            kept = kind(*shown, **named)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, KeptPicture.of(kept).model_dump_json())
        return kept

    def remove_unused(self) -> None:
        """Remove what was not drawn since this folder was opened."""
        for path in self._folder.glob("*.json") if self._folder is not None else ():
            if path not in self._used:
                path.unlink(missing_ok=True)


@cache
def _drawn_by() -> list[str]:
    return [hash_file(Path(charts.__file__)), version("altair"), version("vl-convert-python")]


def chart_runtime() -> str:
    """The script by which pages draw charts anew: Vega's own, as its renderer brings it along.

    Putting it together takes a second, so it is kept beside the project, as what dbt parsed is, for all homes.
    """
    path = PARSED_DIR / f"vega-{version('vl-convert-python')}.js"
    kept = read_kept(path)
    if kept is not None:
        return kept.decode()
    bundle: str = vl_convert.javascript_bundle(ENTRY)
    keep(path, bundle.encode())
    return bundle


def _hash(chart: Chart) -> str:
    return sha256(repr(chart).encode()).hexdigest()


def _read(path: Path) -> Chart | None:
    try:
        kept = KeptPicture.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return kept.chart if kept.is_whole else None
