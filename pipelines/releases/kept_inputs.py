"""The inputs of each release, kept as they were landed, so that a release can be computed again and compared.

``<home>/inputs/<release id>/`` has the layout of ``landing`` and holds the same files by hard links: it costs no
space while landing holds them too, and keeps what landing lets go when a file is replaced. It holds what landing
holds, so it is part of the home and never of a release. A folder may be deleted: then its release can still be read
and checked against its sums, but not computed again, and differences name files instead of rows.
"""

import shutil
from pathlib import Path

from pipelines.errors import CepingError
from pipelines.foundation.files import link_or_copy, whole_folder
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.landing import NO_FILE, landed_paths, landing_file
from pipelines.ingest.ledger import ledger_path, present_entries
from pipelines.ingest.memory import damaged_files, memory_path
from pipelines.releases.release import Release
from pipelines.settings import Settings

MOST_BYTES_COPIED = 1 << 20


def kept_inputs(settings: Settings, release_id: str) -> Path | None:
    """The folder with the inputs of a release, laid out like landing; ``None`` where they were not kept."""
    folder = inputs_folder(settings, release_id)
    return folder if folder.is_dir() else None


def whole_inputs(settings: Settings, release_id: str) -> Path | None:
    """The kept inputs of a release, to be read; raises ``CepingError`` where a file of them is damaged."""
    folder = kept_inputs(settings, release_id)
    for path in damaged_files(folder) if folder is not None else ():
        raise CepingError(
            f"{path} is gone or damaged: put it back from a copy, or remove {folder}; the release is whole without its "
            "kept inputs, and its rows are then said to be unknown"
        )
    return folder


def keep_inputs(settings: Settings, release: Release) -> Path | None:
    """Keep the landed inputs of a release, if landing still holds exactly them; returns where, or ``None``."""
    folder = inputs_folder(settings, release.release_id)
    if folder.is_dir():
        return folder
    if landed_files(settings) != listed_files(release):
        return None
    with whole_folder(folder) as building:
        for path in _input_paths(settings):
            copy = building / path.relative_to(settings.landing_dir)
            copy.parent.mkdir(parents=True, exist_ok=True)
            # Landing replaces its files; what is small is copied: a second name would be damaged with the first.
            (link_or_copy if path.stat().st_size > MOST_BYTES_COPIED else shutil.copy2)(path, copy)
    return folder


def landed_files(settings: Settings) -> set[tuple[str, str]]:
    """Source and id of every file that landing holds for the edition now."""
    return {
        (entry.source, entry.file_id)
        for source in load_contracts()
        for entry in present_entries(settings.landing_dir, settings.edition, source)
        if entry.status == "landed"
    }


def listed_files(release: Release) -> set[tuple[str, str]]:
    """Source and id of every file that a release was computed from, by its manifest."""
    return {
        (str(entry["source"]), str(entry["file_id"]))
        for entry in release.manifest.inputs
        if entry.get("status") == "landed"
    }


def inputs_folder(settings: Settings, release_id: str) -> Path:
    """Where the inputs of a release are, if they are kept."""
    return settings.inputs_dir / release_id


def _input_paths(settings: Settings) -> list[Path]:
    """The landed files of the edition, those that hold no row, and the ledgers."""
    landing, edition = settings.landing_dir, settings.edition
    ids: dict[str, list[str]] = {}
    for source, file_id in sorted(landed_files(settings)):
        ids.setdefault(source, []).append(file_id)
    paths = [path for source, held in ids.items() for path in landed_paths(landing, edition, source, held)]
    paths += [landing_file(landing / source, edition, NO_FILE) for source in load_contracts()]
    paths += [ledger_path(landing, edition, source) for source in load_contracts()]
    paths += [memory_path(landing, edition, source) for source in load_contracts()]
    return [path for path in paths if path.is_file()]
