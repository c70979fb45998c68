"""Content hashes of files and of the code itself."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pipelines.settings import EXPECTATIONS_DIR, MODELS_DIR, PROJECT_ROOT, Settings

CODE_SUFFIXES = {".py", ".sql", ".yml", ".md", ".csv", ".html", ".css", ".js", ".toml"}


def hash_file(path: Path) -> str:
    """SHA-256 of the file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_json(value: object) -> str:
    """SHA-256 of the canonical JSON of a value, hexadecimal."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_folders(folders: Iterable[Path]) -> str:
    """Hash of the text files below the folders: their names, from the folder's own on, and their bytes."""
    files = [
        (path.relative_to(folder.parent), path)
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in CODE_SUFFIXES
    ]
    kept = [(name, path) for name, path in files if not {"target", "logs", "__pycache__"} & set(name.parts[:-1])]
    return hash_json([(name.as_posix(), hash_file(path)) for name, path in sorted(kept)])


@cache
def code_version() -> str:
    """Hash of everything that turns inputs into a release: Python, models, seeds and expectations."""
    return hash_folders([PROJECT_ROOT / "pipelines", MODELS_DIR, Settings().seeds_dir, EXPECTATIONS_DIR])
