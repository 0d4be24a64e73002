"""How entries, texts and artifacts come back out of the file, checked where somebody will go on from them."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from assistant.core.chain import commitment, leaf
from assistant.core.problem import refuse
from assistant.log.entry import Entry, read
from assistant.log.refusal import damaged

_ENTRIES = "SELECT id, seq, entry, leaf FROM event WHERE session = ? AND seq >= ? ORDER BY seq"
_BLOB = "SELECT salt, body FROM blob WHERE commitment = ?"
_ARTIFACT = "SELECT body FROM artifact WHERE hash = ?"
_COMMITMENT = re.compile(rb'"\$text":"([0-9a-f]{64})"')
_AT_ONCE = 500


def revealer(connection: sqlite3.Connection, path: Path, checked: bool) -> Callable[[str], str | None]:
    """A function from a commitment to its text, None when the text is gone.

    When `checked`, a text that is not the one committed to raises `Refused`.
    """

    def reveal(digest: str) -> str | None:
        row = connection.execute(_BLOB, [digest]).fetchone()
        if row is None or row[1] is None:
            return None
        if checked and commitment(row[0] or b"", row[1]) != digest:
            raise refuse(
                "A text in the decision log is not the one that was logged.",
                str(path),
                "Run `imr log verify`, and go back to a backup.",
            )
        return str(row[1])

    return reveal


def texts_of(connection: sqlite3.Connection, entries: Iterable[bytes]) -> dict[str, str]:
    """The texts of some entries by commitment, as they are, in a few queries; one that is gone is left out."""
    found = dict.fromkeys(name.decode() for data in entries for name in _COMMITMENT.findall(data))
    named, texts = list(found), dict[str, str]()
    for begin in range(0, len(named), _AT_ONCE):
        some = named[begin : begin + _AT_ONCE]
        marks = ",".join("?" * len(some))
        rows = connection.execute(f"SELECT commitment, body FROM blob WHERE commitment IN ({marks})", some)
        texts.update((name, str(body)) for name, body in rows if body is not None)
    return texts


def read_entries(
    connection: sqlite3.Connection, path: Path, session: str, since: int, checked: bool
) -> tuple[list[Entry], tuple[int, str] | None]:
    """The session's entries after `seq` `since`, and its head (seq and leaf), None if it has no entry.

    When `checked`, an entry that does not hash to its leaf, or link to the one before, is `Refused`.
    """
    rows = connection.execute(_ENTRIES, [session, since]).fetchall()
    reveal = (
        revealer(connection, path, checked) if checked else texts_of(connection, (row[2] for row in rows)).get
    )
    found = []
    seq, prev = max(since, 1) - 1, ""
    for id, at, data, digest in rows:
        entry = read(id, data, digest, reveal)
        if checked:
            linked = entry.prev == prev or (at > 1 and not prev)
            if not linked or at != seq + 1 or leaf(data) != digest:
                raise damaged(path, session, at)
        seq, prev = at, entry.leaf
        if at > since:
            found.append(entry)
    return found, ((seq, prev) if prev else None)


def read_artifact(connection: sqlite3.Connection, path: Path, hash: str) -> bytes:
    """The bytes whose SHA-256 is `hash` (hex); `Refused` if they are absent or have another."""
    row = connection.execute(_ARTIFACT, [hash]).fetchone()
    if row is None or hashlib.sha256(row[0]).hexdigest() != hash:
        raise refuse(
            f"The log {'does not hold' if row is None else 'holds a changed copy of'} "
            f"a file that a session rests on ({hash[:12]}).",
            str(path),
            "Run `imr log verify`, and go back to a backup.",
        )
    return bytes(row[0])
