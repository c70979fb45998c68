"""Releases: building one out of sight, putting it in place, and pointing ``current`` at it.

Layout: ``releases/<edition>/<release id>/`` holds a release and is never changed; ``releases/current`` is a relative
link to one of them; ``releases/history.jsonl`` says when each was published. Time stands nowhere else, so what is in
a release follows from the candidate and the code (but for the bytes of the DuckDB file: see ``snapshot``).

A kill at any instant leaves ``current`` on the old release or on the new one, both whole: a release gets its name
only when every byte of it is on disk, and ``current`` moves in one rename.
"""

import os
import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import CepingError, GateError
from pipelines.foundation.hashing import hash_file
from pipelines.gate.candidate import Candidate, is_synthetic
from pipelines.gate.verdict import QUALITY_FILE, VERDICT_FILE, Verdict
from pipelines.publication.data_package import write_descriptions
from pipelines.publication.dictionary import write_dictionary
from pipelines.publication.editorial import write_editorial
from pipelines.publication.provenance_pages import write_provenance_pages
from pipelines.publication.snapshot import write_snapshot
from pipelines.releases.history import (
    HistoryEntry,
    present_moment,
    published_after,
    read_history,
    record,
    withdrawn_by,
)
from pipelines.releases.manifest import Manifest, build_manifest, release_id_of
from pipelines.releases.reading import open_database

SUMS = "SHA256SUMS"
CURRENT = "current"
BUILDING_PREFIX = ".building-"
SHORTEST_NAME = 4


class Release(BaseModel):
    """A published release."""

    model_config = ConfigDict(frozen=True)

    folder: Path
    release_id: str
    edition: int

    @property
    def database_path(self) -> Path:
        """The DuckDB file."""
        return self.folder / f"ceping-{self.edition}.duckdb"

    @property
    def bulletin_path(self) -> Path:
        """The bulletin page."""
        return self.folder / "index.html"

    @property
    def quality_path(self) -> Path:
        """The quality report."""
        return self.folder / QUALITY_FILE

    @property
    def manifest(self) -> Manifest:
        """What the release says of itself."""
        path = self.folder / "manifest.json"
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as cause:
            raise CepingError(f"release {self.release_id}: manifest.json is missing or not a manifest") from cause


def publish(candidate: Candidate, verdict: Verdict, releases_dir: Path, code_version: str) -> Release:
    """Make the candidate the current release, if the verdict passes exactly it.

    Publishing what is published already rewrites nothing. Raises ``GateError`` without a pass for these bytes, and
    ``CepingError`` where the release on disk is damaged or does not read back as it was built.
    """
    _require_pass(candidate, verdict)
    release_id = release_id_of(candidate.edition, candidate.content_hash, code_version)
    edition_dir = releases_dir / str(candidate.edition)
    release = Release(folder=edition_dir / release_id, release_id=release_id, edition=candidate.edition)
    require_not_withdrawn(release_id, releases_dir)
    edition_dir.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(edition_dir)
    if release.folder.exists():
        _verify_existing(release)
    else:
        _build(candidate, verdict, release, code_version)
    _make_current(release, releases_dir)
    _record(release, candidate, releases_dir)
    return release


def current_release(releases_dir: Path) -> Release | None:
    """Find the release ``current`` points at; ``None`` before the first publication.

    The folder is the release's own and not ``current``: what a reader opens from it belongs together, also when a
    newer release is published meanwhile.
    """
    try:
        target = (releases_dir / CURRENT).readlink()
    except FileNotFoundError:
        return None
    folder = releases_dir / target
    if len(target.parts) != 2 or not target.parts[0].isdigit() or not folder.is_dir():
        raise CepingError(f"{releases_dir / CURRENT} points at {target}, which is no release; publish again")
    return Release(folder=folder, release_id=target.name, edition=int(target.parts[0]))


def release_of_edition(releases_dir: Path, edition: int) -> Release:
    """Find the release of an edition: the current one, or where that is of another, the edition's last that stands.

    Raises ``CepingError`` where the edition has none.
    """
    current = current_release(releases_dir)
    if current is not None and current.edition == edition:
        return current
    entries = read_history(releases_dir)
    withdrawn = withdrawn_by(entries)
    for entry in reversed(entries):
        folder = releases_dir / str(edition) / entry.release_id
        if entry.release_id not in withdrawn and folder.is_dir():
            return Release(folder=folder, release_id=entry.release_id, edition=edition)
    raise CepingError(f"nothing of edition {edition} is published in {releases_dir.parent} yet; ceping run publishes")


def find_release(releases_dir: Path, name: str) -> Release:
    """Find a release by its id, by the beginning of its id, or as ``current``.

    Raises ``CepingError`` where none or several are meant.
    """
    if name == CURRENT:
        release = current_release(releases_dir)
        if release is None:
            raise CepingError(f"nothing is published in {releases_dir} yet")
        return release
    known = {release.release_id: release for release in all_releases(releases_dir)}
    meant = [known[name]] if name in known else [known[found] for found in known if _is_short_for(name, found)]
    if len(meant) != 1:
        several = f"names several releases ({', '.join(release.release_id for release in meant)})"
        raise CepingError(f"{name} {several if meant else 'is no release of this home'}; ceping releases lists them")
    return meant[0]


def all_releases(releases_dir: Path) -> list[Release]:
    """Find every release on disk, in the order in which they were first published."""
    order = {entry.release_id: place for place, entry in reversed(list(enumerate(read_history(releases_dir))))}
    folders = [folder for folder in releases_dir.glob("[0-9]*/[0-9]*-*") if (folder / SUMS).is_file()]
    releases = [
        Release(folder=folder, release_id=folder.name, edition=int(folder.parent.name)) for folder in sorted(folders)
    ]
    return sorted(releases, key=lambda release: order.get(release.release_id, len(order)))


def rollback(release: Release, releases_dir: Path, reason: str | None = None) -> list[str]:
    """Point ``current`` at an earlier release, which is verified first; returns the releases that this withdraws.

    What was published after it stays on disk and is published again by another rollback alone: a run that would give
    the same release is refused. The history is written first, so that a kill never leaves a rollback nobody knows of.
    """
    if current_release(releases_dir) == release:
        raise CepingError(f"release {release.release_id} is the current one already")
    verify(release)
    entries = read_history(releases_dir)
    withdrawn = published_after(entries, release.release_id)
    record(
        releases_dir,
        HistoryEntry(
            action="rollback",
            release_id=release.release_id,
            edition=release.edition,
            published_at=present_moment(),
            withdrawn=tuple(withdrawn),
            reason=reason,
        ),
    )
    _make_current(release, releases_dir)
    return withdrawn


def require_not_withdrawn(release_id: str, releases_dir: Path) -> None:
    """Refuse to publish by a run what somebody took back; raises ``CepingError`` that says when and how to go on."""
    withdrawal = withdrawn_by(read_history(releases_dir)).get(release_id)
    if withdrawal is not None:
        because = f" ({withdrawal.reason})" if withdrawal.reason else ""
        raise CepingError(
            f"release {release_id} was withdrawn on {withdrawal.published_at} in favour of {withdrawal.release_id}"
            f"{because}; change the inputs or the code, or make it current again with: ceping rollback {release_id}"
        )


def _is_short_for(name: str, release_id: str) -> bool:
    return len(name) >= SHORTEST_NAME and (release_id.startswith(name) or release_id.partition("-")[2].startswith(name))


def verify(release: Release) -> None:
    """Check every file of the release against ``SHA256SUMS``; raises ``CepingError`` naming the first that differs."""
    _verify_folder(release.folder, release.release_id, _read_sums(release))
    manifest = release.manifest
    if release.release_id != release_id_of(manifest.edition, manifest.candidate, manifest.code_version):
        raise CepingError(f"release {release.release_id}: manifest.json belongs to another release")


def _require_pass(candidate: Candidate, verdict: Verdict) -> None:
    if verdict.candidate != candidate.content_hash:
        raise GateError(
            f"the verdict is for candidate {verdict.candidate[:12]} and not for {candidate.content_hash[:12]}"
        )
    if not verdict.passed or verdict.failures:
        raise GateError(f"candidate {candidate.content_hash[:12]} did not pass the gate")


def _build(candidate: Candidate, verdict: Verdict, release: Release, code_version: str) -> None:
    """Build the release under a hidden name, and rename it once it is whole and on disk."""
    building = release.folder.with_name(f"{BUILDING_PREFIX}{release.release_id}")
    building.mkdir()
    try:
        draft = release.model_copy(update={"folder": building})
        _copy_candidate(candidate, building)
        _copy_verdict(candidate, verdict, building)
        write_snapshot(candidate, building / "parquet", draft.database_path)
        _write_pages(candidate, verdict, draft, code_version)
        sums = {path.relative_to(building).as_posix(): hash_file(path) for path in _files(building)}
        text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        (building / SUMS).write_text(text, encoding="utf-8")
        for path in _files(building):
            path.chmod(0o444)
        _sync_tree(building)
        building.rename(release.folder)
        _sync(release.folder.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _copy_candidate(candidate: Candidate, folder: Path) -> None:
    """Copy what the gate judged, and check the copies: from here on nothing is read from the candidate again."""
    for table in candidate.tables:
        copy = folder / "parquet" / table.schema_name / f"{table.name}.parquet"
        copy.parent.mkdir(parents=True, exist_ok=True)
        _copy(candidate.path(table), copy, candidate)
        if hash_file(copy) != table.sha256:
            raise CepingError(f"candidate {candidate.content_hash[:12]}: {table.file_name} is not what was judged")


def _copy_verdict(candidate: Candidate, verdict: Verdict, folder: Path) -> None:
    """Copy the verdict and its report; what is published beside the tables is the verdict they were passed by."""
    for name in (QUALITY_FILE, VERDICT_FILE):
        _copy(candidate.folder / name, folder / name, candidate)
    try:
        published = Verdict.model_validate_json((folder / VERDICT_FILE).read_bytes())
    except ValidationError:
        published = None
    if published != verdict:
        raise GateError(f"candidate {candidate.content_hash[:12]}: {VERDICT_FILE} is not the verdict that was given")


def _copy(source: Path, target: Path, candidate: Candidate) -> None:
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as cause:
        raise CepingError(f"candidate {candidate.content_hash[:12]}: {source.name} is missing") from cause


def _write_pages(candidate: Candidate, verdict: Verdict, draft: Release, code_version: str) -> None:
    """Write everything people read, and the manifest, from the database as it will be published."""
    with open_database(draft.database_path) as connection:
        write_dictionary(candidate, draft.folder, is_synthetic=is_synthetic(connection, candidate))
        write_descriptions(candidate, draft.release_id, draft.folder, is_synthetic=is_synthetic(connection, candidate))
        tables = {table.full_name for table in candidate.tables}
        write_provenance_pages(connection, verdict, draft.release_id, tables, draft.folder)
        # Last: its pages link to what is there.
        write_editorial(connection, candidate, verdict, draft.release_id, code_version, draft.folder)
        manifest = build_manifest(
            candidate, verdict, code_version, connection, draft.folder, _files(draft.folder), draft.database_path
        )
    (draft.folder / "manifest.json").write_text(manifest.to_text(), encoding="utf-8")


def _verify_existing(release: Release) -> None:
    try:
        verify(release)
    except CepingError as damage:
        raise CepingError(f"{damage}; remove {release.folder} and publish again") from damage


def _make_current(release: Release, releases_dir: Path) -> None:
    """Swing ``current``, read back through it what the public sees, and swing back where that is not the release."""
    link = releases_dir / CURRENT
    previous = link.readlink() if link.is_symlink() else None
    target = release.folder.relative_to(releases_dir)
    sums = _read_sums(release)
    if previous != target:
        _swing(link, target)
    try:
        _read_back(link, release, sums)
    except CepingError:
        if previous is None:
            link.unlink()
        elif previous != target:
            _swing(link, previous)
        raise


def _read_back(link: Path, release: Release, sums: dict[str, str]) -> None:
    if link.resolve() != release.folder.resolve():
        raise CepingError(f"{link} does not lead to release {release.release_id}")
    _verify_folder(link, release.release_id, sums)


def _swing(link: Path, target: Path) -> None:
    """Point the link at the target in one step: a reader finds the old target or the new one, never none."""
    fresh = link.with_name(f".{link.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
    _sync(link.parent)


def _record(release: Release, candidate: Candidate, releases_dir: Path) -> None:
    """Add a line to the history, unless its last line names this release already."""
    entries = read_history(releases_dir)
    if entries and entries[-1].release_id == release.release_id:
        return
    record(
        releases_dir,
        HistoryEntry(
            release_id=release.release_id,
            edition=release.edition,
            published_at=present_moment(),
            candidate=candidate.content_hash,
        ),
    )


def _read_sums(release: Release) -> dict[str, str]:
    """Name and hash of every file, as ``SHA256SUMS`` has them."""
    try:
        lines = (release.folder / SUMS).read_text(encoding="utf-8").splitlines()
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as cause:
        raise CepingError(f"release {release.release_id}: {SUMS} is missing or damaged") from cause


def _verify_folder(folder: Path, release_id: str, sums: dict[str, str]) -> None:
    # A file too many matters too: DuckDB would replay a .wal laid beside the database.
    present = {path.relative_to(folder).as_posix() for path in _files(folder)} - {SUMS}
    for name in sorted(sums.keys() | present):
        if name not in sums:
            raise CepingError(f"release {release_id}: {name} does not belong to it")
        if name not in present:
            raise CepingError(f"release {release_id}: {name} is missing")
        if hash_file(folder / name) != sums[name]:
            raise CepingError(f"release {release_id}: {name} is not the file that was published")


def _remove_leftovers(edition_dir: Path) -> None:
    """Remove what killed publications left; one writer publishes at a time, so nobody is building now."""
    for path in edition_dir.glob(f"{BUILDING_PREFIX}*"):
        shutil.rmtree(path)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _sync_tree(folder: Path) -> None:
    """Flush every file, then every folder, the innermost first."""
    paths = sorted(folder.rglob("*"), key=lambda path: (path.is_dir(), -len(path.parts)))
    for path in [*paths, folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
