"""One logged step, as the program holds it and as the bytes that are hashed.

The bytes are the truth: every column beside them in the file is a copy, checked against them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from assistant.core.chain import encoded, leaf, seal, unseal
from assistant.core.frozen import dataclass
from assistant.core.problem import refuse
from assistant.log.schema import LARGEST_ENTRY

VERSION = 1
"""`v` of every entry: the shape of the object around `body`."""

_SESSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
_KIND = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Draft:
    """A step about to be logged: its dotted `kind`, and a `body` of JSON that may hold `Private` texts."""

    kind: str
    body: Mapping[str, object]


@dataclass(frozen=True)
class Entry:
    """A step that is in the log. `seq` counts from 1 in its session, `id` from 1 in the log.

    `ts` is the wall clock (UTC, milliseconds), a claim; `mono_ns` the monotonic clock (nanoseconds),
    comparable within one `boot` only. `leaf` is this entry's hash and `prev` that of the session's
    entry before it ("" for the first), both in hex. Texts of people in `body` are `Private`.
    """

    id: int
    session: str
    seq: int
    kind: str
    ts: str
    mono_ns: int
    boot: str
    actor: str
    case: str
    body: dict[str, Any]
    prev: str
    leaf: str


class Writing(NamedTuple):
    """An entry ready to be stored: the value, its canonical bytes and their hash."""

    entry: Entry
    data: bytes
    digest: bytes


def write(
    draft: Draft,
    *,
    session: str,
    seq: int,
    prev: str,
    moment: tuple[str, int, str],
    actor: str,
    case: str,
    commit: Callable[[str], str],
    reveal: Callable[[str], str | None],
) -> Writing:
    """The entry that `draft` becomes at its place in the log; what can't be logged raises `Refused`.

    `mono_ns` is written as decimal text: above 104 days of uptime it passes 2^53.
    """
    ts, mono_ns, boot = moment
    check_session(session)
    if not _KIND.fullmatch(draft.kind) or not _MOMENT.fullmatch(ts):
        raise refuse(f"The log has no place for a step {draft.kind!r} at {ts!r}; nothing was logged.")
    body = seal(draft.body, commit)
    data = encoded(
        {
            "v": VERSION,
            "session": session,
            "seq": seq,
            "prev": prev,
            "kind": draft.kind,
            "ts": ts,
            "mono_ns": str(mono_ns),
            "boot": boot,
            "actor": str(actor),
            "case": str(case),
            "body": body,
        }
    )
    if len(data) > LARGEST_ENTRY:
        raise refuse(
            f"This step is too large for the log: {len(data)} bytes, and {LARGEST_ENTRY} fit.",
            fix="Shorten it, or split it into several; nothing was logged.",
        )
    digest = leaf(data)
    shown = unseal(body, reveal) if b'"$text"' in data else body
    entry = Entry(
        0, session, seq, draft.kind, ts, mono_ns, boot, str(actor), str(case), shown, prev, digest.hex()
    )
    return Writing(entry, data, digest)


def read(
    id: int,
    data: bytes,
    digest: bytes,
    reveal: Callable[[str], str | None],
    shorten: Callable[[str, dict[str, Any]], None] | None = None,
) -> Entry:
    """The entry that stands in stored bytes; bytes that are no entry raise `Refused`.

    `shorten` gets the kind and the body before texts are looked up, and may take out what isn't needed.
    """
    try:
        fields = json.loads(data)
        if shorten is not None:
            shorten(fields["kind"], fields["body"])
        return Entry(
            id=id,
            session=fields["session"],
            seq=fields["seq"],
            kind=fields["kind"],
            ts=fields["ts"],
            mono_ns=int(fields["mono_ns"]),
            boot=fields["boot"],
            actor=fields["actor"],
            case=fields["case"],
            body=unseal(fields["body"], reveal) if b'"$text":' in data else fields["body"],
            prev=fields["prev"],
            leaf=digest.hex(),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise refuse(
            f"Entry {id} of the decision log can't be read; the file was changed or is damaged.",
            fix="Run `imr log verify`, and go back to a backup.",
        ) from None


def check_session(session: str) -> None:
    """Raises `Refused` unless `session` can name a session: letters, digits, ".", "_", "-"; not "last"."""
    if not _SESSION.fullmatch(session) or session == "last":
        raise refuse(f"A session can't be named {session!r}.", fix="Use letters, digits, dots and dashes.")
