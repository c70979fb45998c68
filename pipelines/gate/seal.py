"""The seal of a verdict: that the gate of this home gave it, on these bytes, by these suites and this code.

It is keyed with a key of the home, so that a verdict written or changed by hand, or brought from elsewhere, is none.
"""

import hashlib
import hmac
from pathlib import Path

from pipelines.foundation.files import write_whole
from pipelines.foundation.hashing import code_version, hash_file, hash_json
from pipelines.foundation.secret import KEY_BYTES, make_key
from pipelines.gate.candidate import Candidate
from pipelines.gate.verdict import QUALITY_FILE, VERDICT_FILE

SEAL_FILE = "verdict.seal"


def seal(candidate: Candidate, suites: str) -> None:
    """Seal the verdict and the report that lie beside a candidate; ``suites`` is the hash of what it was judged by."""
    write_whole(candidate.folder / SEAL_FILE, _sealed(candidate, suites), lasting=True)


def is_sealed(candidate: Candidate, suites: str) -> bool:
    """Whether the verdict beside a candidate is the one that was sealed."""
    try:
        found = (candidate.folder / SEAL_FILE).read_bytes()
        return hmac.compare_digest(found, _sealed(candidate, suites).encode())
    except OSError:
        return False


def _sealed(candidate: Candidate, suites: str) -> str:
    files = {name: hash_file(candidate.folder / name) for name in (VERDICT_FILE, QUALITY_FILE)}
    said = hash_json([candidate.content_hash, suites, code_version(), files])
    return hmac.new(_key(candidate.folder.parent.parent), said.encode(), hashlib.sha256).hexdigest()


def _key(home: Path) -> bytes:
    """The key of the home that holds the candidate; where it is damaged, another is made and all are judged again."""
    path = home / "secret" / "gate.key"
    if path.is_file() and path.stat().st_size != KEY_BYTES:
        path.unlink()
    if not path.exists():
        make_key(path)
    return path.read_bytes()
