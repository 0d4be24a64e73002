"""The statements that add to the log, in a transaction that the caller has begun."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from assistant.log.entry import Writing
from assistant.log.tree import WIDTH, keep

_EVENT = """INSERT INTO event (id, session, seq, kind, ts, entry, leaf)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM event), ?, ?, ?, ?, ?, ?)"""
_BLOB = """INSERT INTO blob (commitment, salt, body) SELECT :name, :salt, :body
WHERE NOT EXISTS (SELECT 1 FROM blob WHERE commitment = :name)"""
_ARTIFACT = """INSERT INTO artifact (hash, media, body) SELECT :name, :media, :body
WHERE NOT EXISTS (SELECT 1 FROM artifact WHERE hash = :name)"""


def insert(
    connection: sqlite3.Connection,
    writings: Sequence[Writing],
    texts: Mapping[str, tuple[bytes, str]],
    artifacts: Mapping[str, tuple[str, bytes]],
) -> list[int]:
    """Adds entries, with their texts (by commitment) and files (by hash), and gives the entries' ids."""
    execute = connection.execute
    for name, (media, body) in artifacts.items():
        execute(_ARTIFACT, {"name": name, "media": media, "body": body})
    for digest, (salt, text) in texts.items():
        execute(_BLOB, {"name": digest, "salt": salt, "body": text})
    ids = []
    for writing in writings:
        at = writing.entry
        cursor = execute(_EVENT, (at.session, at.seq, at.kind, at.ts, writing.data, writing.digest))
        ids.append(cursor.lastrowid or 0)
    if ids and ids[-1] // WIDTH > (ids[0] - 1) // WIDTH:
        keep(connection, ids[0], ids[-1])
    return ids
