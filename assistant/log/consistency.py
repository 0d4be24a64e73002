"""Whether the log of one checkpoint is the beginning of the log of another, and the proof of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.core.frozen import dataclass
from assistant.core.merkle import consistency_proof, is_consistent
from assistant.core.problem import refuse
from assistant.core.signed_note import Checkpoint, VerifierKey, read_checkpoint
from assistant.log.checkpoint import newest
from assistant.log.keys import signer_of
from assistant.log.opening import open_reader
from assistant.log.place import existing_log
from assistant.log.refusal import DAMAGE, broken
from assistant.log.rollback import origin_of
from assistant.log.tree import StoredTree


@dataclass(frozen=True)
class Consistency:
    """Two checkpoints (notes), the key that signed both, and the hashes of the proof (RFC 6962, section 2.1.2)."""

    ok: bool
    says: str
    old: str
    new: str
    key: str
    hashes: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log consistency --json`, and the file that `proof/verify.py` checks."""
        return {
            "ok": self.ok,
            "says": self.says,
            "old": self.old,
            "new": self.new,
            "key": self.key,
            "hashes": list(self.hashes),
        }


def prove_consistency(path: Path, old: str, new: str, keys: Sequence[VerifierKey] = ()) -> Consistency:
    """The proof, by the log at `path`, that `new` (by default the newest checkpoint in it) continues `old`.

    Raises `Refused` for checkpoints of another log and for keys that nobody here knows.
    """
    connection = open_reader(existing_log(path))
    try:
        connection.execute("BEGIN")
        if not new:
            stored = newest(connection)
            if stored is None:
                raise refuse(
                    "There is no checkpoint in this log.", str(path), "Make one with `imr log checkpoint`."
                )
            new = stored[1]
        heads = read_checkpoint(old), read_checkpoint(new)
        for head in heads:
            if head.origin != origin_of(connection):
                raise refuse(f"This checkpoint is of another log: {head.origin}.", str(path))
        key = str(signer_of(old, keys))
        signer_of(new, keys)
        says, hashes = _hashes(StoredTree(connection), *heads)
    except DAMAGE as error:
        raise broken(path, error) from None
    finally:
        connection.close()
    ok = not says
    first, second = heads
    return Consistency(
        ok,
        says
        or f"The log of {second.size} entries continues that of {first.size}: its first {first.size} entries are "
        "the same.",
        old,
        new,
        key,
        [each.hex() for each in hashes],
    )


def _hashes(tree: StoredTree, old: Checkpoint, new: Checkpoint) -> tuple[str, list[bytes]]:
    """What is wrong, or the proof."""
    size = tree.size()
    for head in (old, new):
        if head.size > size:
            return f"The log has {size} entries, and the checkpoint covers {head.size}: entries are gone.", []
        if tree.root(head.size) != head.root:
            return f"The first {head.size} entries of the log are not those of the checkpoint over them.", []
    if old.size > new.size:
        return f"The checkpoint over {old.size} entries is the newer one; name the older first.", []
    path = consistency_proof(old.size, new.size, tree.over)
    if not is_consistent(old.size, new.size, old.root, new.root, path):
        return "The hashes that the log keeps are wrong. Run `imr log verify`.", []
    return "", path
