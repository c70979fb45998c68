"""The environment in which every page is rendered: text from data is escaped, and a name that is not given is an error.

A page finds the templates of its own folder and those that all pages share, in ``templates/`` beside this module.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.foundation.bilingual import Bilingual

SHARED = Path(__file__).parent / "templates"


def page_environment(folder: Path) -> Environment:
    """The environment of the pages whose templates lie in a folder."""
    environment = Environment(
        loader=FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bilingual"] = _bilingual
    return environment


def _bilingual(text: str | None) -> Bilingual:
    """A text of both languages that comes from data, where one may be missing."""
    return Bilingual.read(text or "")
