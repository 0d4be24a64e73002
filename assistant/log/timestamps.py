"""Time from outside: that somebody elsewhere saw a checkpoint of this log, and when, so that it is more than this computer's word.

Two forms are kept, each as an entry of the log: the answer of a time-stamping authority (RFC 3161) over the checkpoint
as it was written to a file, and the lines of witnesses (C2SP tlog-cosignature, cosignature/v1) on it.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.core.access_events import CheckpointTimed
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, one_line
from assistant.core.value import Value
from assistant.log.chain import parsed
from assistant.log.checkpoint import origin_of, present_log
from assistant.log.keys import (
    Checkpoint,
    Note,
    Signature,
    read_checkpoint,
    read_note,
    signature_holds,
)
from assistant.log.store import open_reader
from assistant.log.tree import StoredTree
from assistant.log.verify_entries import JITTER, Verdict

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

TOKEN, COSIGNATURE = "rfc3161", "cosignature/v1"
LONGEST = 40_000
"""Bytes of an authority's answer, at most: with its certificates it has a few thousand."""

_COSIGNING = b"\x04"
_HASHES = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}
_SETS = 0x31, 0xA0, 0xA1
"""How sets begin in what an authority signs: of algorithms and signers, of certificates, of lists of the revoked."""

_LATEST = 2**33
"""Seconds since 1970 beyond which no time is one."""

_NOTES = "SELECT note FROM checkpoint ORDER BY size DESC"
_BODY = "SELECT entry FROM event WHERE id = ?"
_STATED = "SELECT ts FROM event WHERE id = ?"


class Witness(Value):
    """The key of a witness: its name and the 32 bytes of its public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The 4 bytes by which a cosignature says which key made it."""
        return hashlib.sha256(self.name.encode() + b"\n" + _COSIGNING + self.public).digest()[:4]


class Outside(Value):
    """Whom somebody who verifies trusts for the time: certificates of authorities, and keys of witnesses."""

    authorities: tuple[Certificate, ...] = ()
    witnesses: tuple[Witness, ...] = ()


class Seen(Value):
    """That so many entries were there at a time, by whose word."""

    size: int
    at: datetime
    by: str


def read_witness(text: str) -> Witness:
    """The key of a witness in `name+id+base64`; raises `Refused`."""
    try:
        name, id, encoded = text.strip().split("+", 2)
        data = base64.b64decode(encoded, validate=True)
        key = Witness(name, data[1:])
        if name and data[:1] == _COSIGNING and len(data) == 33 and key.id.hex() == id:
            return key
    except ValueError:
        pass
    raise refuse(
        "This is not the key of a witness.", one_line(text, 80), "It looks like `name+1234abcd+BAbC...=`."
    )


def read_authorities(path: Path) -> tuple[Certificate, ...]:
    """The certificates (PEM) of time-stamping authorities in a file; raises `Refused`."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError):
        raise refuse(
            "There are no certificates in this file.",
            one_line(str(path)),
            "They are PEM, the root of the authority first.",
        ) from None


# What somebody brings is held against the checkpoints of the log before it is kept.


def timestamped(path: Path, answer: Path) -> CheckpointTimed:
    """What is logged of an authority's answer; `Refused` unless it is over a checkpoint that the log at `path` holds."""
    data = answer.read_bytes()
    where = one_line(str(answer))
    if len(data) > LONGEST:
        raise refuse("This is larger than the answer of an authority.", where)
    decoded = _decoded(data, where)
    if decoded.status != 0:
        raise refuse("The authority refused to say a time.", where, "Ask it again.")
    for note, head in _checkpoints(path):
        if _is_over(decoded, note):
            return CheckpointTimed(TOKEN, head.size, note, base64.b64encode(data).decode())
    raise refuse(
        "This time is over no checkpoint of the log.",
        where,
        "Have the file timestamped that `imr log checkpoint -o FILE` wrote, byte for byte.",
    )


def witnessed(path: Path, cosigned: Path) -> CheckpointTimed:
    """What is logged of a checkpoint that witnesses have signed; `Refused` unless the log at `path` holds it."""
    where = one_line(str(cosigned))
    try:
        note = read_note(cosigned.read_text("utf-8"))
    except (OSError, ValueError):
        raise refuse(
            "This is not a signed note.", where, "Give the checkpoint with the witness's lines below."
        ) from None
    lines = [
        f"\u2014 {one.name} {base64.b64encode(one.id + one.data).decode()}" for one in _cosignatures(note)
    ]
    if not lines:
        raise refuse(
            "No witness has signed this checkpoint.",
            where,
            "Put the lines that the witness gave below those of the log.",
        )
    for stored, head in _checkpoints(path):
        if read_note(stored).text == note.text:
            return CheckpointTimed(COSIGNATURE, head.size, stored, "\n".join(lines) + "\n")
    raise refuse(
        "This checkpoint is not one of the log.",
        where,
        "Have one witnessed that `imr log checkpoint` printed.",
    )


def _checkpoints(path: Path) -> Iterator[tuple[str, Checkpoint]]:
    connection = open_reader(present_log(path))
    try:
        for (note,) in connection.execute(_NOTES).fetchall():
            yield note, read_checkpoint(note)
    finally:
        connection.close()


def _cosignatures(note: Note) -> list[Signature]:
    """Those signatures that have the form of a cosignature: a time, and 64 bytes."""
    return [one for one in note.signatures if len(one.data) == 72]


def _decoded(data: bytes, where: str) -> Any:
    try:
        from rfc3161_client import decode_timestamp_response
    except ImportError:
        raise Missing(
            *refuse(
                "Times of authorities can't be read without a library.",
                where,
                "Install it: pip install 'imr-assistant[times]'",
            ).problems
        ) from None
    try:
        decoded = decode_timestamp_response(_in_order(data))
        if decoded.status == 0:
            decoded.tst_info.gen_time  # noqa: B018  (what is damaged shows when it is asked for)
            decoded.tst_info.message_imprint.message  # noqa: B018
    except Exception:  # whatever somebody has put into the file
        raise refuse("This is not the answer of a time-stamping authority (RFC 3161).", where) from None
    return decoded


def _in_order(data: bytes) -> bytes:
    """An answer with what its sets hold in the order of DER: the library takes no other.

    Authorities send their certificates as one follows from the other, as CMS lets them. No signature is over that order.
    """
    made = bytearray(data)
    span = 0, len(data)
    for index in (0, 1, 1, 0):  # the answer, its token, what that holds, what is signed
        parts = _parts(data, *span)
        if len(parts) <= index:
            return data  # a refusal holds no token
        span = parts[index][1:]
    for start, begin, end in _parts(data, *span):
        if data[start] in _SETS:
            held = sorted(data[first:last] for first, _, last in _parts(data, begin, end))
            made[begin:end] = b"".join(held)
    return bytes(made)


def _parts(data: bytes, begin: int, end: int) -> list[tuple[int, int, int]]:
    """Of each value of DER in a stretch: where it starts, where its content begins, and where it ends."""
    found = []
    while begin < end:
        more = max(data[begin + 1] - 0x80, 0)
        content = begin + 2 + more
        size = int.from_bytes(data[begin + 2 : content], "big") if more else data[begin + 1]
        found.append((begin, content, content + size))
        begin = content + size
    if begin != end:
        raise ValueError("a value ends outside what holds it")
    return found


class Missing(Refused):
    """A library that is needed is not there."""


def _is_over(decoded: Any, note: str) -> bool:
    imprint = decoded.tst_info.message_imprint
    made = _HASHES.get(imprint.hash_algorithm.dotted_string)
    return made is not None and bool(made(note.encode()).digest() == imprint.message)


# What verification says of what is kept.


def judge(
    connection: sqlite3.Connection, ids: Sequence[int], outside: Outside
) -> tuple[Verdict | None, list[str]]:
    """Whether what is kept of times is of this log, and by when its entries were there; with what is to be looked at.

    `ids` are the entries that keep one. None where there is nothing to say.
    """
    if not ids and outside == Outside():
        return None, []
    faults: list[str] = []
    seen: list[Seen] = []
    strange = 0
    tree, origin = StoredTree(connection), origin_of(connection)
    for id in ids:
        try:
            body = parsed(connection.execute(_BODY, (id,)).fetchone()[0])["body"]
            known = _word(body, tree, origin, outside)
            seen += known
            strange += not known
        except Missing as refusal:
            return Verdict(None, str(refusal)), []
        except Refused as refusal:
            faults.append(
                f"entry {id} of the log: {refusal.problems[0].what[0].lower()}{refusal.problems[0].what[1:]}"
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, sqlite3.Error):
            faults.append(f"entry {id} of the log keeps no time that can be read.")
    notes = [note for one in seen for note in _later(connection, one)]
    if faults:
        return Verdict(False, faults[0].rstrip(".")), notes
    if not seen:
        what = (
            f"{counted(strange, 'time')} from elsewhere, by nobody whom you named"
            if strange
            else "no time is kept"
        )
        return Verdict(
            None, f"{what}; name an authority with --authority, or a witness with --witness-key"
        ), []
    said = [
        f"{counted(one.size, 'entry')} by {one.at:%Y-%m-%dT%H:%M:%SZ} ({one.by})" for one in _newest(seen)
    ]
    return Verdict(True, f"there were {'; '.join(said)}"), notes


def _newest(seen: Sequence[Seen]) -> list[Seen]:
    """Of each who said it, the word over the most entries, at the first time."""
    best: dict[str, Seen] = {}
    for one in sorted(seen, key=lambda each: (-each.size, each.at)):
        best.setdefault(one.by, one)
    return list(best.values())


def _word(body: dict[str, Any], tree: StoredTree, origin: str, outside: Outside) -> list[Seen]:
    """What one kept time comes to; nothing where it is by nobody who is trusted. One of another log is `Refused`."""
    note, head = body["note"], read_checkpoint(body["note"])
    if head.origin != origin or head.size != body["size"] or head.size > tree.size():
        raise refuse("A time is kept of a checkpoint that is not one of this log.")
    if tree.root(head.size) != head.root:
        raise refuse(f"The first {counted(head.size, 'entry')} are not those that were seen elsewhere.")
    if body["form"] == TOKEN:
        return _by_authority(base64.b64decode(body["said"], validate=True), note, head.size, outside)
    if body["form"] == COSIGNATURE:
        return seen_by_witnesses(read_note(f"{read_note(note).text}\n{body['said']}"), head.size, outside)
    raise ValueError(body["form"])


def _by_authority(data: bytes, note: str, size: int, outside: Outside) -> list[Seen]:
    decoded = _decoded(data, "")
    if decoded.status != 0 or not _is_over(decoded, note):
        raise refuse("The time of an authority is not over the checkpoint that it is kept with.")
    from rfc3161_client import VerificationError, VerifierBuilder

    for root in outside.authorities:
        try:
            VerifierBuilder(roots=[root], intermediates=list(outside.authorities)).build().verify_message(
                decoded, note.encode()
            )
        except (VerificationError, ValueError):
            continue
        at = decoded.tst_info.gen_time
        return [
            Seen(
                size, at if at.tzinfo else at.replace(tzinfo=UTC), one_line(root.subject.rfc4514_string(), 80)
            )
        ]
    return []


def seen_by_witnesses(note: Note, size: int, outside: Outside) -> list[Seen]:
    """When the witnesses who are trusted saw a checkpoint, by the lines on it; one that isn't theirs is `Refused`."""
    found = []
    for one in _cosignatures(note):
        seconds = int.from_bytes(one.data[:8], "big")
        for key in outside.witnesses:
            if (key.name, key.id) != (one.name, one.id):
                continue
            words = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
            if seconds > _LATEST or not signature_holds(key.public, words, one.data[8:]):
                raise refuse(f"The cosignature is not that of the witness {one_line(key.name, 60)}.")
            found.append(Seen(size, datetime.fromtimestamp(seconds, UTC), one_line(key.name, 80)))
    return found


def _later(connection: sqlite3.Connection, seen: Seen) -> Iterator[str]:
    """A sentence where the last entry that was seen states a later time than it was seen at."""
    row = connection.execute(_STATED, (seen.size,)).fetchone()
    try:
        stated = datetime.fromisoformat(str(row[0]))
        ahead = (stated - seen.at).total_seconds()
    except (TypeError, ValueError):
        return
    if ahead > JITTER:
        yield (
            f"Entry {seen.size} of the log is stated at {row[0]}, and {seen.by} saw it at {seen.at:%Y-%m-%dT%H:%M:%SZ}: "
            "the clock of the computer was ahead."
        )
