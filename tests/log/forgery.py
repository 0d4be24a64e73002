"""Hands that change a log's file behind its back, as somebody who knows the format would: no key is needed here.

Each takes a closed log. The fences are taken away before and put back after, so that they tell nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from assistant.log.chain import canonical, leaf, tree_root
from assistant.log.checkpoint import MARKS
from assistant.log.database import TRIGGERS
from assistant.log.keys import Checkpoint, Signer
from assistant.log.tree import WIDTH, completed

Entry = dict[str, Any]
Edit = Callable[[list[Entry]], list[Entry]]


@contextmanager
def unfenced(path: Path) -> Iterator[sqlite3.Connection]:
    """The file without its triggers, which are there again afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for sql in TRIGGERS.values():
            connection.execute(sql)
        connection.execute("COMMIT")


def stored(path: Path) -> list[Entry]:
    """The entries in the order of the log."""
    with closing(sqlite3.connect(path)) as connection:
        return [json.loads(row[0]) for row in connection.execute("SELECT entry FROM event ORDER BY id")]


def rewrite(path: Path, edit: Edit, signer: Signer | None = None, keep_checkpoints: bool = True) -> None:
    """The whole log anew from edited entries: numbered, linked and hashed as if it had been written so.

    Words and files that no entry speaks of any more go too.

    With a `signer` all checkpoints go, and those that the program would make are signed anew.
    """
    entries = edit(stored(path))
    with unfenced(path) as connection:
        connection.execute("DELETE FROM event")
        connection.execute("DELETE FROM subtree")
        if signer is not None or not keep_checkpoints:
            connection.execute("DELETE FROM checkpoint")
        heads: dict[str, tuple[int, str]] = {}
        leaves: list[bytes] = []
        for id, entry in enumerate(entries, 1):
            seq, prev = heads.get(entry["session"], (0, ""))
            data = canonical({**entry, "seq": seq + 1, "prev": prev})
            digest = leaf(data)
            row = id, entry["session"], seq + 1, entry["kind"], entry["ts"], data, digest
            connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            heads[entry["session"]] = seq + 1, digest.hex()
            leaves.append(digest)
        spoken_of = b"".join(row[0] for row in connection.execute("SELECT entry FROM event")).decode()
        for table, key in (("blob", "commitment"), ("artifact", "hash")):
            for (name,) in connection.execute(f"SELECT {key} FROM {table}").fetchall():
                if name not in spoken_of:
                    connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (name,))
        for level, number in completed(1, len(leaves)):
            width = WIDTH**level
            digest = tree_root(leaves[number * width : (number + 1) * width])
            connection.execute("INSERT INTO subtree VALUES (?, ?, ?)", (level, number, digest))
        ends = {id for id, entry in enumerate(entries, 1) if entry["kind"] in MARKS} | {len(leaves)}
        for size in sorted(ends) if signer is not None else ():
            note = signer.sign(Checkpoint(signer.key.name, size, tree_root(leaves[:size])))
            connection.execute("INSERT INTO checkpoint VALUES (?, ?)", (size, note))
