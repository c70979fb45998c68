"""The releases of a home: finding one, pointing ``current`` at it, and taking it back.

Layout: ``releases/<edition>/<release id>/`` holds a release; ``releases/current`` is a relative link to the public part
of one of them; ``releases/history.jsonl`` says when each was published. A kill at any instant leaves ``current`` on the
old release or on the new one, both whole: a release gets its name only when every byte of it is on disk (see
``publish``), and ``current`` moves in one rename.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from pipelines.errors import CepingError
from pipelines.foundation.files import sync
from pipelines.gate.baseline import Baseline
from pipelines.gate.candidate import Candidate
from pipelines.releases.history import (
    HistoryEntry,
    present_moment,
    published_after,
    read_history,
    record,
    withdrawn_by,
)
from pipelines.releases.release import PUBLIC, SUMS, Release
from pipelines.settings import Settings

CURRENT = "current"
PREVIOUS = "previous"
SHORTEST_NAME = 4


@dataclass(frozen=True)
class Releases:
    """Every release of one home."""

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The releases of the home that the settings name."""
        return cls(settings.releases_dir)

    @property
    def current_path(self) -> Path:
        """The link that readers follow."""
        return self.folder / CURRENT

    @property
    def current(self) -> Release | None:
        """The release ``current`` points at; ``None`` before the first publication.

        The folder is the release's own and not ``current``: what a reader opens from it belongs together, also when a
        newer release is published meanwhile.
        """
        target = self._target
        if target is None:
            return None
        is_release = len(target.parts) == 2 or (len(target.parts) == 3 and target.name == PUBLIC)
        if not is_release or not target.parts[0].isdigit() or not (self.folder / target).is_dir():
            raise CepingError(f"{self.current_path} points at {target}, which is no release; publish again")
        return self.named(int(target.parts[0]), target.parts[1])

    @property
    def current_id(self) -> str | None:
        """The id that ``current`` names, also where that release is no longer on disk."""
        target = self._target
        if target is None:
            return None
        return target.parent.name if target.name == PUBLIC else target.name

    @property
    def _target(self) -> Path | None:
        """Where ``current`` leads; ``None`` before the first publication."""
        link = self.current_path
        if link.is_symlink():
            return link.readlink()
        if link.exists():
            raise CepingError(
                f"{link} is no link to a release: the home was copied by a program that follows links; remove {link} "
                "and run again, which leads there anew"
            )
        return None

    @property
    def history(self) -> list[HistoryEntry]:
        """Every time that ``current`` was pointed at a release, the oldest first."""
        return read_history(self.folder)

    @property
    def withdrawn(self) -> dict[str, HistoryEntry]:
        """The releases that are withdrawn, each with the rollback that took it back."""
        return withdrawn_by(self.history)

    def all(self) -> list[Release]:
        """Every release on disk, in the order in which they were first published."""
        order = {entry.release_id: place for place, entry in reversed(list(enumerate(self.history)))}
        folders = [folder for folder in self.folder.glob("[0-9]*/[0-9]*-*") if (folder / SUMS).is_file()]
        releases = [
            Release(folder=path, release_id=path.name, edition=int(path.parent.name)) for path in sorted(folders)
        ]
        return sorted(releases, key=lambda release: order.get(release.release_id, len(order)))

    def require_current(self) -> Release:
        """The current release; raises ``CepingError`` where nothing is published."""
        release = self.current
        if release is None:
            raise CepingError(f"nothing is published in {self.folder.parent} yet; ceping run publishes")
        return release

    def require_previous(self) -> Release:
        """The release of the current one's edition that was current before it and stands.

        Raises ``CepingError`` where there is none.
        """
        current = self.require_current()
        withdrawn = self.withdrawn
        order = [entry.release_id for entry in self.history if entry.edition == current.edition]
        earlier = order[: order.index(current.release_id)] if current.release_id in order else order
        for release_id in reversed(earlier):
            release = self.named(current.edition, release_id)
            if release_id not in withdrawn and release.folder.is_dir():
                return release
        raise CepingError(f"no release of {current.edition} was published before {current.release_id}")

    def find(self, name: str) -> Release:
        """The release with this id, with an id that begins so, ``current``, or ``previous``.

        Raises ``CepingError`` where none or several are meant.
        """
        if name == CURRENT:
            return self.require_current()
        if name == PREVIOUS:
            return self.require_previous()
        known = {release.release_id: release for release in self.all()}
        meant = [known[name]] if name in known else [known[found] for found in known if _is_short_for(name, found)]
        if len(meant) != 1:
            several = f"names several releases ({', '.join(release.release_id for release in meant)})"
            raise CepingError(
                f"{name} {several if meant else 'is no release of this home'}; ceping releases lists them"
            )
        return meant[0]

    def of_edition(self, edition: int) -> Release:
        """The release of an edition: the current one, or where that is of another, the edition's last that stands.

        Raises ``CepingError`` where the edition has none.
        """
        current = self.current
        if current is not None and current.edition == edition:
            return current
        withdrawn = self.withdrawn
        for entry in reversed(self.history):
            release = self.named(edition, entry.release_id)
            if entry.release_id not in withdrawn and release.folder.is_dir():
                return release
        raise CepingError(
            f"nothing of edition {edition} is published in {self.folder.parent} yet; ceping run publishes"
        )

    def before(self, candidate: Candidate) -> Baseline | None:
        """The release to compare a candidate with; ``None`` where it is the first of its edition.

        A candidate that was published already is compared with what stood before it, and nothing with what was
        withdrawn.
        """
        withdrawn = self.withdrawn
        for entry in reversed(self.history):
            release = self.named(candidate.edition, entry.release_id)
            is_other = entry.candidate not in (None, candidate.content_hash)
            stands = entry.release_id not in withdrawn and release.folder.is_dir()
            if entry.edition == candidate.edition and is_other and stands:
                return Baseline(release_id=entry.release_id, folder=release.internal)
        return None

    def named(self, edition: int, release_id: str) -> Release:
        """The release of that id, whether it is on disk or not."""
        return Release(folder=self.folder / str(edition) / release_id, release_id=release_id, edition=edition)

    def roll_back(self, release: Release, reason: str | None = None, embargo: date | None = None) -> list[str]:
        """Point ``current`` at an earlier release, which is verified first; returns the releases that this withdraws.

        What was published after it stays on disk and is published again by another rollback alone: a run that would
        give the same release is refused. The history is written first, so that a kill never leaves a rollback nobody
        knows of. What an embargo keeps back was never published, and is no earlier release.
        """
        if embargo is not None and all(entry.release_id != release.release_id for entry in self.history):
            raise CepingError(f"release {release.release_id} is kept back by an embargo until {embargo}")
        if self.current == release:
            raise CepingError(f"release {release.release_id} is the current one already")
        release.verify()
        withdrawn = published_after(self.history, release.release_id)
        record(
            self.folder,
            HistoryEntry(
                action="rollback",
                release_id=release.release_id,
                edition=release.edition,
                published_at=present_moment(),
                withdrawn=tuple(withdrawn),
                reason=reason,
            ),
        )
        self.make_current(release)
        return withdrawn

    def require_not_withdrawn(self, release_id: str) -> None:
        """Refuse to publish by a run what somebody took back; raises ``CepingError`` that says when, and what to do."""
        withdrawal = self.withdrawn.get(release_id)
        if withdrawal is not None:
            because = f" ({withdrawal.reason})" if withdrawal.reason else ""
            raise CepingError(
                f"release {release_id} was withdrawn on {withdrawal.published_at} in favour of {withdrawal.release_id}"
                f"{because}; change the inputs or the code, or make it current again with: ceping rollback {release_id}"
            )

    def make_current(self, release: Release) -> None:
        """Swing ``current``, read back through it what the public sees, and swing back where that is another."""
        link = self.current_path
        previous = self._target
        target = release.public.relative_to(self.folder)
        sums = release.public_sums
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

    def record_publication(self, release: Release, candidate: Candidate) -> None:
        """Add a line to the history, unless its last line names this release already."""
        entries = self.history
        if entries and entries[-1].release_id == release.release_id:
            return
        record(
            self.folder,
            HistoryEntry(
                release_id=release.release_id,
                edition=release.edition,
                published_at=present_moment(),
                candidate=candidate.content_hash,
            ),
        )


def _is_short_for(name: str, release_id: str) -> bool:
    return len(name) >= SHORTEST_NAME and (release_id.startswith(name) or release_id.partition("-")[2].startswith(name))


def _read_back(link: Path, release: Release, sums: dict[str, str]) -> None:
    if link.resolve() != release.public.resolve():
        raise CepingError(f"{link} does not lead to release {release.release_id}")
    release.verify_files(link, sums)


def _swing(link: Path, target: Path) -> None:
    """Point the link at the target in one step: a reader finds the old target or the new one, never none."""
    fresh = link.with_name(f".{link.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
    sync(link.parent)
