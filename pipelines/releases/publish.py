"""Publishing a candidate: its release is built out of sight, put in place whole, and made current."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from pydantic import ValidationError

from pipelines.errors import CepingError, GateError
from pipelines.foundation.files import BUILDING_PREFIX, files_below, sync, sync_tree, whole_folder
from pipelines.foundation.hashing import hash_file
from pipelines.gate.candidate import Candidate
from pipelines.gate.judgement import require_all_judged
from pipelines.gate.verdict import VERDICT_FILE, Verdict
from pipelines.publication.data_package import write_data_package
from pipelines.publication.dictionary import write_dictionary
from pipelines.publication.editorial import write_internal_pages, write_judged_pages
from pipelines.publication.parts import copy_of_candidate, public_tables, require_tables
from pipelines.releases.draft import Drafts, write_draft
from pipelines.releases.manifest import build_manifest, release_id_of
from pipelines.releases.release import MANIFEST_FILE, SUMS, Release
from pipelines.releases.releases import Releases


def publish(
    candidate: Candidate,
    verdict: Verdict,
    releases: Releases,
    code_version: str,
    drafts: Drafts | None = None,
    *,
    is_kept_back: bool = False,
) -> Release:
    """Make the candidate the current release, if the verdict passes exactly it.

    What is kept back, by an embargo, is written whole and stays beside ``current``, which leads where it led.
    What is at hand as a draft is taken and not made again. Publishing what is published already rewrites nothing.
    Raises ``GateError`` without a pass for these bytes, and ``CepingError`` where the release on disk is damaged or
    does not read back as it was built.
    """
    _require_pass(candidate, verdict)
    release_id = release_id_of(candidate.edition, candidate.content_hash, code_version)
    release = releases.named(candidate.edition, release_id)
    releases.require_not_withdrawn(release_id)
    release.folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(release.folder.parent)
    if release.folder.exists():
        _verify_existing(release)
    else:
        _build(candidate, verdict, release, code_version, releases, drafts)
    if not is_kept_back:
        releases.make_current(release)
        releases.record_publication(release, candidate)
    return release


def preview(
    candidate: Candidate, verdict: Verdict, previews: Releases, releases: Releases, code_version: str
) -> Release:
    """Write the release that the candidate would be, every page and document marked as a preview; nothing leads to it.

    It takes the place of every other preview of its edition, and is compared with what stands in ``releases``. Raises
    ``GateError`` without a pass for these bytes.
    """
    _require_pass(candidate, verdict)
    release_id = release_id_of(candidate.edition, candidate.content_hash, code_version)
    shown = previews.named(candidate.edition, release_id)
    shutil.rmtree(shown.folder.parent, ignore_errors=True)
    shown.folder.parent.mkdir(parents=True)
    _build(candidate.model_copy(update={"is_preview": True}), verdict, shown, code_version, releases, None)
    return shown


def _require_pass(candidate: Candidate, verdict: Verdict) -> None:
    if verdict.candidate != candidate.content_hash:
        raise GateError(
            f"the verdict is for candidate {verdict.candidate[:12]} and not for {candidate.content_hash[:12]}"
        )
    if not verdict.passed or verdict.failures:
        raise GateError(f"candidate {candidate.content_hash[:12]} did not pass the gate")
    require_all_judged(candidate, verdict)


def _build(
    candidate: Candidate,
    verdict: Verdict,
    release: Release,
    code_version: str,
    releases: Releases,
    drafts: Drafts | None,
) -> None:
    """Build the release under a hidden name, and rename it once it is whole and on disk."""
    with whole_folder(release.folder) as building:
        draft = release.model_copy(update={"folder": building})
        if drafts is None or not drafts.take(release.release_id, building):
            write_draft(candidate, draft, code_version, drafts.pictures if drafts is not None else None)
        require_tables(candidate, draft.internal)
        _copy_verdict(candidate, verdict, draft.internal)
        stood = releases.before(candidate)
        before = releases.named(candidate.edition, stood.release_id) if stood is not None else None
        _write_pages(candidate, verdict, draft, code_version, before)
        _write_sums(draft)
        for path in files_below(building):
            path.chmod(0o444)
        sync_tree(building)
    sync(release.folder.parent)


def _write_sums(draft: Release) -> None:
    """Write the sums of the public part, and those of all of it, these among them; every file is hashed once."""
    sums = {path: hash_file(path) for path in files_below(draft.folder)}
    public = draft.public / SUMS
    of_public = {path: digest for path, digest in sums.items() if path.is_relative_to(draft.public)}
    public.write_text(_as_lines(of_public, draft.public), encoding="utf-8")
    (draft.folder / SUMS).write_text(_as_lines(sums | {public: hash_file(public)}, draft.folder), encoding="utf-8")


def _as_lines(sums: dict[Path, str], folder: Path) -> str:
    named = {path.relative_to(folder).as_posix(): digest for path, digest in sums.items()}
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(named.items()))


def _copy_verdict(candidate: Candidate, verdict: Verdict, folder: Path) -> None:
    """Copy the verdict: what is published beside the tables is the one they were passed by."""
    copy_of_candidate(candidate.folder / VERDICT_FILE, folder / VERDICT_FILE, candidate)
    try:
        published = Verdict.model_validate_json((folder / VERDICT_FILE).read_bytes())
    except ValidationError:
        published = None
    if published != verdict:
        raise GateError(f"candidate {candidate.content_hash[:12]}: {VERDICT_FILE} is not the verdict that was given")


def _write_pages(
    candidate: Candidate, verdict: Verdict, draft: Release, code_version: str, before: Release | None
) -> None:
    """Write what the draft has not: all that tells of the verdict, and the manifest."""
    shown = public_tables(candidate, draft.public)
    told = verdict.without_rows()
    with ExitStack() as opened:
        connection = opened.enter_context(draft.open(is_public=True))
        previous = (before.release_id, opened.enter_context(before.open(is_public=True))) if before else None
        write_dictionary(shown, draft.public)
        write_data_package(shown, draft.release_id, draft.public)
        # Last: its pages link to what is there.
        write_judged_pages(connection, shown, told, draft.release_id, code_version, draft.public, previous)
        write_dictionary(candidate, draft.internal)
        whole = opened.enter_context(draft.open())
        write_internal_pages(whole, candidate, verdict, draft.release_id, code_version, draft.internal)
        manifest = build_manifest(candidate, shown, told, code_version, connection, draft.folder)
    for part in (draft.public, draft.internal):
        (part / MANIFEST_FILE).write_text(manifest.to_text(), encoding="utf-8")


def _verify_existing(release: Release) -> None:
    try:
        release.verify()
    except CepingError as damage:
        raise CepingError(f"{damage}; remove {release.folder} and publish again") from damage


def _remove_leftovers(edition_dir: Path) -> None:
    """Remove what killed publications left; one writer publishes at a time, so nobody is building now."""
    for path in edition_dir.glob(f"{BUILDING_PREFIX}*"):
        shutil.rmtree(path)
