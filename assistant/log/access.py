"""Reading leaves a trace: what was read is logged in a sitting of its own, never in the session that is read.

A sitting is one run of the program over one log. Nobody is kept from reading where it can't be logged,
on a read-only copy say; the reader is told so.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from heapq import nsmallest
from pathlib import Path

from assistant import __version__
from assistant.core.access_events import AccessOpened
from assistant.core.event_form import encode
from assistant.core.events import Event
from assistant.core.problem import Refused
from assistant.files import default_log_path
from assistant.log.checkpoint import central_of, present_log
from assistant.log.entry import Draft
from assistant.log.errors import DAMAGE, broken
from assistant.log.store import Log, open_reader
from assistant.profile import kept, profile_path

UNNAMED = "unnamed"
"""The actor of a sitting where no profile can be read or kept: an exception, of which the reader is told."""

_CALLED = {
    "access.sample_drawn": "draw",
    "access.note_added": "note",
    "access.exported": "export",
    "access.finding_answered": "answer",
    "access.finding_closed": "close",
    "access.file_reviewed": "result",
}
"""What it is that could not be logged, where it isn't a reading."""

_sittings: dict[tuple[int, Path], tuple[str, int]] = {}
_mutex = threading.Lock()


def note(path: Path, event: Event) -> str:
    """Logs one `access.*` event in this run's sitting at the log; "" or a sentence saying why it couldn't be.

    A checkpoint comes after it, where the key that signs this log is here: the trail can't be cut unnoticed.
    The log must be there: reading never makes one, but for what is read of a central log, which is noted in the
    reader's own. Safe to call from several threads.
    """
    try:
        with _mutex:
            _append(present_log(path), event)
    except Refused as refusal:
        return _unlogged(event, refusal.problems[0].what)
    except OSError as error:
        return _unlogged(event, f"{error.strerror or error}.")
    return ""


def reader() -> str:
    """The pseudonymous id of whoever reads: that of the profile, which is made where there is none, or `UNNAMED`."""
    return _who()[0]


def unnamed() -> str:
    """Why whoever reads is logged as `UNNAMED`, in a sentence; empty where the profile gives an id."""
    return _who()[1]


def _who() -> tuple[str, str]:
    try:
        profile = kept()
        if profile_path().exists():
            return profile.id, ""
        why = "no profile can be kept here."
    except Refused as refusal:
        why = refusal.problems[0].what
    except OSError as error:
        why = f"{error.strerror or error}."
    return UNNAMED, f"Who reads is logged as `{UNNAMED}`: {why[0].lower()}{why[1:]}"


def _append(path: Path, event: Event) -> None:
    place = os.getpid(), path
    session, seq = _sittings.get(place) or (secrets.token_hex(6), 0)
    central = _central(path)
    events = [event] if seq else [AccessOpened(__version__, central), event]
    with Log.open(default_log_path()) if central else Log.open(path, reader=True) as log:
        drafts = [Draft(one.kind, encode(one)) for one in events]
        entries = log.append(session, drafts, actor=reader(), case="", after=seq)
    _sittings[place] = session, entries[-1].seq


def _central(path: Path) -> str:
    """The central log of which the file is a reading copy: what is read of it is noted in the reader's own log."""
    with closing(open_reader(path)) as connection:
        try:
            return central_of(connection)
        except DAMAGE as error:
            raise broken(path, error) from None


def _unlogged(event: Event, why: str) -> str:
    return f"This {_CALLED.get(event.kind, 'reading')} could not be logged: {why[0].lower()}{why[1:]}"


# Files drawn for review, so that anybody can draw the same again with nothing but SHA-256.


METHOD = "sha256-rank"
"""What the draw is called in the log."""


def draw(sessions: Iterable[str], size: int, seed: int) -> tuple[str, ...]:
    """`size` of the sessions, or all where there are fewer, in the order of the draw."""
    return tuple(nsmallest(size, sessions, key=lambda session: rank(session, seed)))


def rank(session: str, seed: int) -> bytes:
    """Where a session stands in the draw with that seed."""
    return sha256(f"{seed}:{session}".encode()).digest()
