"""The Merkle tree over the entries of a log's file, read where it is needed.

The hash over each whole block of 256 entries, of 256 blocks, and so on, is kept when the block's last entry is
logged. So the root over any number of entries, and any proof, take a few hundred hashes, whatever the size of
the log. These hashes are only a help: `verify` works them out from the entries anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from assistant.core.chain import node, root
from assistant.core.merkle import split

HEIGHT = 8
"""Levels of the tree between one kept hash and those below it."""

WIDTH = 1 << HEIGHT

_LEAVES = "SELECT leaf FROM event WHERE id > ? AND id <= ? ORDER BY id"
_KEPT = "SELECT hash FROM subtree WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
_KEEP = "INSERT INTO subtree (level, number, hash) VALUES (?, ?, ?)"


class StoredTree:
    """The tree over the entries that `connection` sees. Entries are counted from 0 here, as RFC 6962 does.

    `kept` is whether the log keeps hashes, which one of format 1 does not.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._known: dict[tuple[int, int], bytes] = {}
        self.kept = bool(
            self._execute("SELECT 1 FROM sqlite_master WHERE name = 'subtree' AND type = 'table'").fetchone()
        )

    def size(self) -> int:
        """How many entries there are."""
        return int(self._execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0])

    def root(self, size: int) -> bytes:
        """The root over the first `size` entries."""
        return self.over(0, size) if size else root(())

    def over(self, start: int, end: int) -> bytes:
        """The hash over the entries from number `start` to before `end`, a node of some tree of this log.

        Raises `sqlite3.DatabaseError` where an entry or a kept hash is missing.
        """
        found = self._known.get((start, end))
        if found is None:
            count = end - start
            if count & (count - 1) == 0 and start % count == 0:
                found = self._whole(start, count)
            else:
                middle = start + split(count)
                found = node(self.over(start, middle), self.over(middle, end))
            self._known[start, end] = found
        return found

    def _whole(self, start: int, count: int) -> bytes:
        level = (count.bit_length() - 1) // HEIGHT if self.kept else 0
        block = 1 << level * HEIGHT
        first, last = start // block, (start + count) // block
        sql, values = (_KEPT, (level, first, last)) if level else (_LEAVES, (first, last))
        hashes = [row[0] for row in self._execute(sql, values)]
        if len(hashes) != last - first or not all(isinstance(one, bytes) for one in hashes):
            raise sqlite3.DatabaseError(f"hashes of the tree are missing between {start} and {start + count}")
        return root(hashes)


def keep(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Keeps the hashes of the blocks that the entries with the ids `first` to `last` complete.

    In the transaction that logs the entries.
    """
    for level, number in completed(first, last):
        if level == 1:
            rows = connection.execute(_LEAVES, (number * WIDTH, (number + 1) * WIDTH))
        else:
            rows = connection.execute(_KEPT, (level - 1, number * WIDTH, (number + 1) * WIDTH))
        hashes = [row[0] for row in rows]
        if len(hashes) != WIDTH:
            raise sqlite3.IntegrityError("the log's tree has a gap")
        connection.execute(_KEEP, (level, number, root(hashes)))


def completed(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Level and number of the blocks that end among the ids `first` to `last`, lower levels first."""
    level, width = 1, WIDTH
    while width <= last:
        yield from ((level, number) for number in range((first - 1) // width, last // width))
        level, width = level + 1, width * WIDTH


def levels_above(hashes: Sequence[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """The kept hashes of each level from 2, worked out from all those of level 1."""
    level, below = 2, list(hashes)
    while len(below) >= WIDTH:
        whole = len(below) // WIDTH
        below = [root(below[at * WIDTH : (at + 1) * WIDTH]) for at in range(whole)]
        yield level, below
        level += 1
