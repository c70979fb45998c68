"""State files: what a home remembers between runs, read through one door and written aside and renamed.

A file that a kill, a full disk or a damaged disk left half is either a cache or not. Of a cache nothing is remembered
then, which is said, and it is made anew; anything else is named in one sentence.
"""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from pipelines.foundation.files import whole_file, write_whole
from pipelines.foundation.progress import report

State = TypeVar("State", bound=BaseModel)


def read_cache(path: Path, kind: type[State]) -> State | None:
    """What a file that can be made anew remembers; ``None`` where there is none, or none that can be read.

    One that cannot be read is reported.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as damage:
        report("state", f"{path} cannot be read ({type(damage).__name__}); what it remembered is found out anew")
        return None


def write_state(path: Path, state: BaseModel) -> None:
    """Write a state file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, state.model_dump_json(indent=1), lasting=True)


def read_kept(path: Path) -> bytes | None:
    """What is kept in a file, below its hash; ``None`` where there is none, or other bytes than were kept."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == digest else None


def keep(path: Path, content: bytes) -> None:
    """Keep what is dear to make and can be made again; where nothing may be written, nothing is kept."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as unfinished:
            unfinished.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
