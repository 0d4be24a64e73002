"""To go on with a log that does not continue the checkpoint held of it: somebody says why, and that is logged."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from assistant import __version__
from assistant.core.access_event import AccessOpened, RollbackAccepted
from assistant.core.event_form import encode
from assistant.core.problem import refuse
from assistant.log.access import reader
from assistant.log.entry import Draft
from assistant.log.opening import open_reader
from assistant.log.place import existing_log
from assistant.log.rollback import Held, gone, let_go, origin_of, rolled_back
from assistant.log.store import Log
from assistant.log.tree import StoredTree


def accept_rollback(path: Path, reason: str) -> str:
    """Logs that the log is gone on with as it is, and gives the new checkpoint, which is held from now on.

    The checkpoints that it does not continue stay in the profile's folder under another name. A log that
    continues what is held of it raises `Refused`, and so does an empty reason.
    """
    if not reason.strip():
        raise refuse("A reason is needed.", "", "Say why this log is gone on with: it is logged.")
    true = existing_log(path)
    before, event, same = _found(true, reason.strip())
    with Log.open(true, older=True) as log:
        events = [AccessOpened(__version__), event]
        drafts = [Draft(one.kind, encode(one)) for one in events]
        log.append(secrets.token_hex(6), drafts, actor=reader(), case="", after=0)
        note = log.checkpoint(replace=same)
    if not same:
        with suppress(OSError):
            let_go(before)
    return note


def _found(path: Path, reason: str) -> tuple[Held, RollbackAccepted, bool]:
    """The checkpoint that is not continued, what is logged of it, and whether it is of this very log."""
    connection = open_reader(path)
    try:
        own = rolled_back(connection)
        before = own[0] if own is not None else gone(origin_of(connection), path)
        if before is None:
            raise refuse(
                "This log continues the checkpoint held of it; there is nothing to accept.", str(path)
            )
        tree = StoredTree(connection)
        size = tree.size()
        head = before.head
        event = RollbackAccepted(head.origin, head.size, head.root.hex(), size, tree.root(size).hex(), reason)
        return before, event, own is not None
    finally:
        connection.close()
