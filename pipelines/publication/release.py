"""Releases: building one out of sight, putting it in place, and pointing ``current`` at it.

Layout: ``releases/<edition>/<release id>/`` holds a release and is never changed; ``releases/current`` is a relative
link to one of them; ``releases/history.jsonl`` says when each was published. Time stands nowhere else, so what is in
a release follows from the candidate and the code (but for the bytes of the DuckDB file: see ``snapshot``).

A kill at any instant leaves ``current`` on the old release or on the new one, both whole: a release gets its name
only when every byte of it is on disk, and ``current`` moves in one rename.
"""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.candidate import Candidate
from pipelines.errors import CepingError, GateError
from pipelines.fingerprint import hash_file
from pipelines.publication.bulletin import render_bulletin
from pipelines.publication.dictionary import write_dictionary
from pipelines.publication.manifest import Manifest, build_manifest, is_synthetic, release_id_of
from pipelines.publication.reading import open_database
from pipelines.publication.snapshot import write_snapshot
from pipelines.verdict import QUALITY_FILE, VERDICT_FILE, Verdict

SUMS = "SHA256SUMS"
CURRENT = "current"
HISTORY = "history.jsonl"
BUILDING_PREFIX = ".building-"


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
    edition_dir.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(edition_dir)
    if release.folder.exists():
        _verify_existing(release)
    else:
        _build(candidate, verdict, release, code_version)
    _make_current(release, releases_dir)
    _record(release, candidate, releases_dir / HISTORY)
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
    """Find the release of an edition: the current one, or where that is of another, the edition's last.

    Raises ``CepingError`` where the edition has none.
    """
    current = current_release(releases_dir)
    if current is not None and current.edition == edition:
        return current
    history = releases_dir / HISTORY
    lines = history.read_text(encoding="utf-8").splitlines() if history.exists() else []
    for release_id in filter(None, map(_released, reversed(lines))):
        folder = releases_dir / str(edition) / release_id
        if folder.is_dir():
            return Release(folder=folder, release_id=release_id, edition=edition)
    raise CepingError(f"nothing of edition {edition} is published in {releases_dir.parent} yet; ceping run publishes")


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
    """Write bulletin, dictionary and manifest from the database as it will be published."""
    with open_database(draft.database_path) as connection:
        page = render_bulletin(connection, candidate, verdict, draft.release_id, code_version)
        draft.bulletin_path.write_text(page, encoding="utf-8")
        write_dictionary(candidate, draft.folder, is_synthetic=is_synthetic(connection, candidate))
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


def _record(release: Release, candidate: Candidate, history: Path) -> None:
    """Add a line to the history, unless its last line says already that this release was published."""
    written = history.read_text(encoding="utf-8") if history.exists() else ""
    lines = written.splitlines()
    if lines and _released(lines[-1]) == release.release_id:
        return
    line = {
        "release_id": release.release_id,
        "edition": release.edition,
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "candidate": candidate.content_hash,
    }
    # A kill can have cut the last line short: it stays what it is, and ours begins on a line of its own.
    gap = "" if not written or written.endswith("\n") else "\n"
    with history.open("ab") as stream:
        stream.write(f"{gap}{json.dumps(line)}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())


def _released(line: str) -> str | None:
    """Read the release a line of the history names; ``None`` for a line that a kill cut short."""
    try:
        return str(json.loads(line)["release_id"])
    except (ValueError, KeyError, TypeError):
        return None


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
