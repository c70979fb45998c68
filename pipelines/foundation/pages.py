"""The environment in which every page is rendered: text from data is escaped, and a name that is not given is an error.

A page finds the templates of its own folder and those that all pages share, in ``templates/`` beside this module.
Compiled templates are kept beside the project, as what dbt parsed is.
"""

from importlib.metadata import version
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.state import keep, read_kept
from pipelines.settings import PARSED_DIR

SHARED = Path(__file__).parent / "templates"


class KeptTemplates(BytecodeCache):
    """Compiled templates by their place; Jinja itself sees whether one is of an older text or another Python."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is kept of a template, if it is whole."""
        kept = read_kept(_kept(bucket))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled."""
        keep(_kept(bucket), bucket.bytecode_to_string())


def _kept(bucket: Bucket) -> Path:
    return PARSED_DIR / "templates" / f"{version('jinja2')}-{bucket.key}"


def page_environment(folder: Path) -> Environment:
    """The environment of the pages whose templates lie in a folder."""
    environment = Environment(
        loader=FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=KeptTemplates(),
    )
    environment.filters["bilingual"] = _bilingual
    return environment


def _bilingual(text: str | None) -> Bilingual:
    """A text of both languages that comes from data, where one may be missing."""
    return Bilingual.read(text or "")
