"""One logged step, as the program holds it and as the bytes that are hashed.

The bytes are the truth: every column beside them in the file is a copy, checked against them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypedDict

import msgspec

from assistant.core.event_form import decode
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.log.chain import (
    DEEPEST,
    STRANGE_NAME,
    encoded,
    leaf,
    may_be_large,
    no_fraction,
    parsed,
    seal,
    unseal,
)
from assistant.log.database import CLOSING, LARGEST_ENTRY
from assistant.machine import start_of_machine

VERSION = 1
"""`v` of every entry: the shape of the object around `body`."""

_SESSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
_KIND = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")
_COUNT = re.compile(r"-?[0-9]{1,20}")

FIELDS = {
    "actor": str,
    "body": dict,
    "boot": str,
    "case": str,
    "kind": str,
    "mono_ns": str,
    "prev": str,
    "seq": int,
    "session": str,
    "ts": str,
    "v": int,
}
"""The parts of every entry, with the type of each."""


class Parts(TypedDict):
    """An entry, as `FIELDS` has it. Bytes that aren't written as this writes them are looked at slowly."""

    actor: str
    body: dict[str, Any]
    boot: str
    case: str
    kind: str
    mono_ns: str
    prev: str
    seq: int
    session: str
    ts: str
    v: Literal[1]


class Draft(Value):
    """A step about to be logged: its dotted `kind`, and a `body` of JSON that may hold `Private` texts."""

    kind: str
    body: Mapping[str, object]


class Entry(Value):
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


def write_entry(
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
    if not is_kind(draft.kind) or not is_moment(ts):
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


OF_DESK = "@"
"""Stands in a reading copy of several desks behind the name of a session that more than one has, before the desk's."""


def read(
    rows: Sequence[tuple[int, object, bytes, bytes]],
    session: str,
    reveal: Callable[[str], str | None],
    shorten: Callable[[str, dict[str, Any]], None] | None = None,
) -> Iterator[Entry]:
    """The entries that stand in some rows of a session: id, seq, bytes and hash of each.

    Bytes that are not an entry's one form, that don't give its hash, or of which the columns beside them, by which it
    is found, say something else, raise `Unreadable`; so do an entry that doesn't follow the one before and a text that
    isn't the one it committed to. `shorten` gets the kind and the body before texts are looked up, and may take out
    what isn't needed.
    """
    together: list[Parts] | None = None
    last, before = 0, ""
    for index, (id, seq, data, digest) in enumerate(rows):
        if not index % _TOGETHER:
            together = _forms([row[2] for row in rows[index : index + _TOGETHER]])
        try:
            parts = together[index % _TOGETHER] if together else form(data)
            at, kind, body = parts["seq"], parts["kind"], parts["body"]
            if shorten is not None:
                shorten(kind, body)
            if (parts["session"], at) != (session.partition(OF_DESK)[0], seq):
                raise Unreadable(id, "the columns beside it were changed")
            if leaf(data) != digest:
                raise Unreadable(id, "its bytes do not give its hash")
            if (last or at == 1) and (at, parts["prev"]) != (last + 1, before):
                raise Unreadable(id, "it does not follow the one before it in its session")
            last, before = at, digest.hex()
            entry = Entry(
                id,
                session,
                at,
                kind,
                parts["ts"],
                int(parts["mono_ns"]),
                parts["boot"],
                parts["actor"],
                parts["case"],
                unseal(body, reveal) if b'"$text":' in data else body,
                parts["prev"],
                before,
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unreadable(id, str(error)) from None
        yield entry


_TOGETHER = 128
"""So many entries stay in a processor's own memory."""


def _forms(stored: Sequence[bytes]) -> list[Parts] | None:
    """The parts of some entries, read in one go; None where a single one is not, at once, what the program writes.

    As lines of text: no line break stands in an entry of the one form, so where there are as many lines as entries,
    each line is one, and is written again alike.
    """
    try:
        lines = b"\n".join([*stored, b""])
        found = _decode(lines)
        fits = (
            len(found) == len(stored)
            and _write(found) == lines
            and not may_be_large(lines)
            and (lines.isascii() or STRANGE_NAME.search(lines) is None)
            and all(one.count(b"[") + one.count(b"{") <= DEEPEST for one in stored)
            and all(map(_is_named_well, found))
        )
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return None
    return found if fits else None


_decode = msgspec.json.Decoder(Parts, float_hook=no_fraction).decode_lines
_write = msgspec.json.Encoder(order="sorted").encode_lines


def _is_named_well(parts: Parts | dict[str, Any]) -> bool:
    return (
        is_moment(parts["ts"])
        and is_name(parts["session"])
        and is_kind(parts["kind"])
        and _COUNT.fullmatch(parts["mono_ns"]) is not None
    )


class Unreadable(Refused):
    """An entry that is not what the program writes, so that nobody should go by it, nor by its session."""

    status = 1

    def __init__(self, id: int, why: str) -> None:
        what = f"Entry {id} of the decision log can't be read: {why}; the file was changed or is damaged."
        super().__init__(Problem(what, "", "Run `imr log verify`, and go back to a backup."))


FOLLOWS: Mapping[str, tuple[str, ...]] = {"session.signed": ("addendum.added",), "session.declined": ()}
"""By the kind with which a session ended, all kinds of step that may follow in it."""

FAMILIES = ("access", "training", "work")
"""The first words of the kinds in sessions that are no reviews; a session holds one family, and a review none of these."""


READ_WHOLE = frozenset({"case.amended", "set.changed", "page.marked"})
"""Steps of a review that a fold passes over where they are malformed, so that readers would go on as if nothing had been."""


@lru_cache(maxsize=4096)
def family_of(kind: str) -> str:
    """The family of a kind of step; "" for those of a review."""
    first = kind.partition(".")[0]
    return first if first in FAMILIES else ""


def misplaced(family: str, ended: str, seq: object, kind: str, body: Callable[[], Mapping[str, Any]]) -> str:
    """Why no such step may stand in a session of this family that ended with the kind `ended` ("" for none).

    Empty where it may. The steps of a review that has not ended are read as they stand by whoever folds them: of most,
    only the family is looked at.
    """
    if family_of(kind) != family:
        return f"{one_line(kind, 40)} is no step of {'a review' if not family else f'a session of {family}'}"
    if ended and kind not in FOLLOWS[ended]:
        return f"{one_line(kind, 40)} stands after the end of the session"
    if kind == "session.opened" and seq != 1:
        return "the session begins a second time"
    if ended or family or kind in READ_WHOLE:
        try:
            decode(kind, body())
        except Refused:
            return f"{one_line(kind, 40)} is not a step that this program writes"
    return ""


def check_places(entries: Iterable[Entry], first: str = "", ended: str = "") -> None:
    """Raises `Unreadable` for the first entry that may not stand where it does.

    `entries` follow those of a session that began with the kind `first` and `ended` with another, where it has.
    """
    for entry in entries:
        first = first or entry.kind
        if why := misplaced(family_of(first), ended, entry.seq, entry.kind, lambda: entry.body):  # noqa: B023
            raise Unreadable(entry.id, why)
        ended = ended or (entry.kind if entry.kind in CLOSING else "")


def form(data: bytes) -> dict[str, Any]:
    """The parts of an entry; for bytes that the program would not write `ValueError` says why."""
    if not isinstance(data, bytes):
        raise ValueError("it is not kept as bytes")
    if quick := _forms([data]):
        return dict(quick[0])
    fields = parsed(data)
    if fields.keys() != FIELDS.keys():
        strange = sorted(fields.keys() ^ FIELDS.keys())[0]
        raise ValueError(
            f"the part `{one_line(strange, 40)}` {'does not belong in' if strange in fields else 'is missing from'} an entry"
        )
    for name, kind in FIELDS.items():
        if type(fields[name]) is not kind:
            raise ValueError(f"its part `{name}` has the wrong type")
    if fields["v"] != VERSION:
        raise ValueError("it has a version that is not known")
    if not is_moment(fields["ts"]):
        raise ValueError("its time is none")
    if not is_name(fields["session"]):
        raise ValueError("no session can be named so")
    if not is_kind(fields["kind"]):
        raise ValueError("no kind of step can be named so")
    if not _COUNT.fullmatch(fields["mono_ns"]):
        raise ValueError("its monotonic clock is none")
    return fields


@lru_cache(maxsize=4096)
def is_name(session: str) -> bool:
    """Whether a session can be named so: letters, digits, ".", "_", "-"; not "last"."""
    return bool(_SESSION.fullmatch(session)) and session != "last"


@lru_cache(maxsize=4096)
def is_kind(kind: str) -> bool:
    """Whether a kind of step can be named so: words of small letters with dots between."""
    return bool(_KIND.fullmatch(kind))


def is_moment(ts: str) -> bool:
    """Whether this is a time as entries state it: a day that there is, to the millisecond, UTC."""
    found = _MOMENT.fullmatch(ts)
    return found is not None and is_day(found[1])


@lru_cache(maxsize=100_000)
def is_day(day: str) -> bool:
    """Whether `day` ("2026-11-22") is one of the calendar."""
    try:
        return bool(date.fromisoformat(day))
    except ValueError:
        return False


def check_session(session: str) -> None:
    """Raises `Refused` unless `session` can name a session: letters, digits, ".", "_", "-"; not "last"."""
    if not is_name(session):
        raise refuse(f"A session can't be named {session!r}.", fix="Use letters, digits, dots and dashes.")


def texts_in(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Where in a body words of a person stand (`answer.note`), and their commitments."""
    if isinstance(value, dict):
        if value.keys() == {"$text"}:
            yield path, str(value["$text"])
            return
        pairs = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, list):
        pairs = [(str(number), one) for number, one in enumerate(value)]
    else:
        return
    for key, one in pairs:
        yield from texts_in(one, f"{path}.{key}" if path else key)


# What is wrong with one row of the log, in words: the slow look at a row that the quick one did not pass.


Row = tuple[Any, ...]
"""id, session, seq, kind, ts, entry and leaf, as the file gives them."""

_SHAPE = (int, str, int, str, str, bytes, bytes)
_DECODER = json.JSONDecoder()
_HASH = re.compile(r"[0-9a-f]{64}")


def entry_fault(row: Row, last: int, known: int, prev: str) -> str:
    """What keeps the row from following the row `last` of the log, and the entry `known` of its session.

    `prev` is the hash of that entry in hex. Empty where nothing is wrong.
    """
    if tuple(map(type, row)) != _SHAPE:
        return "a column has the wrong type"
    id, session, seq, kind, ts, entry, digest = row
    if leaf(entry) != digest:
        return "the entry was changed: its bytes do not give its hash"
    if seq != known + 1:
        return f"entries are missing or out of order: number {known + 1} should stand here"
    if len(entry) > LARGEST_ENTRY:
        return "the entry is larger than the program writes"
    columns = {"prev": prev, "seq": seq, "session": session, "ts": ts, "v": 1, "kind": kind}
    tail = f'","prev":"{prev}","seq":{seq},"session":"{session}","ts":"{ts}","v":1}}'.encode()
    at = entry.rfind(b'"mono_ns":"', 0, -len(tail))
    if not (
        entry.endswith(tail)
        and entry.endswith(f'"kind":"{kind}",'.encode(), 0, at)
        and entry[at + 11 : -len(tail)].isdigit()
    ):
        return _which(entry, columns)
    if id != last + 1:
        return "an entry of the log is missing or out of order before this one"
    return form_fault(entry)


def form_fault(entry: bytes) -> str:
    """What keeps stored bytes from being the one form of an entry; empty where nothing does."""
    try:
        form(entry)
    except ValueError as error:
        return f"the entry is not one that the program writes: {error}"
    return ""


def _which(entry: bytes, columns: dict[str, object]) -> str:
    if fault := form_fault(entry):
        return fault
    fields = json.loads(entry)
    wrong = [name for name, value in columns.items() if fields[name] != value]
    if "prev" in wrong:
        return "the entry does not link to the one before it"
    if wrong:
        return f"the columns beside the entry were changed: {', '.join(wrong)}"
    return "the entry is not written as the program writes it"


def pinned_text(entry: bytes, at: int) -> bytes:
    """The bytes of the JSON value that begins at `at` in an entry; empty where there is none."""
    try:
        text = entry[at:].decode("utf-8")
        return text[: _DECODER.raw_decode(text)[1]].encode("utf-8")
    except (ValueError, RecursionError):
        return b""


def pinned_hashes(pins: bytes) -> list[str]:
    """The SHA-256 of every file that is named among the `pins` of an entry."""
    return list(_hashes(json.loads(pins)))


def pinned_in(entries: Iterable[bytes]) -> list[str]:
    """The SHA-256 of every file on which some entries rest."""
    found: dict[str, None] = {}
    for entry in entries:
        at = entry.find(b'"pins":')
        while at >= 0:
            found.update(dict.fromkeys(pinned_hashes(pinned_text(entry, at + 7) or b"null")))
            at = entry.find(b'"pins":', at + 1)
    return sorted(found)


def pins_by_kind(pins: bytes) -> Iterator[tuple[str, str]]:
    """The same with the kind of text as which each is pinned; "" where the pins are not parted by kinds."""
    value = json.loads(pins)
    for kind, named in value.items() if isinstance(value, dict) else [("", value)]:
        yield from ((kind if isinstance(named, dict) else "", each) for each in _hashes(named))


def _hashes(pins: object) -> Iterator[str]:
    if isinstance(pins, str):
        if _HASH.fullmatch(pins):
            yield pins
    elif isinstance(pins, dict | list):
        for inner in pins.values() if isinstance(pins, dict) else pins:
            yield from _hashes(inner)


# When something was logged, by the clocks of this machine; replaced by a fixed one in tests.


Clock = Callable[[], tuple[str, int, str]]
"""Gives (UTC as "2026-11-22T14:03:22.123Z", monotonic nanoseconds, boot id)."""


def system_clock() -> tuple[str, int, str]:
    """Now, by the wall clock and the monotonic clock, and the boot that the second counts from."""
    thousandths = time.time_ns() // 1_000_000
    second = _second(thousandths // 1000)
    return f"{second}.{thousandths % 1000:03}Z", time.monotonic_ns(), start_of_machine()


@lru_cache(maxsize=1)
def _second(since: int) -> str:
    """A second of UTC, as entries state it."""
    return datetime.fromtimestamp(since, UTC).isoformat()[:19]
