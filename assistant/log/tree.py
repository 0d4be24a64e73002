"""The Merkle tree over the entries of a log's file, read where it is needed.

The hash over each whole block of 256 entries, of 256 blocks, and so on, is kept when the block's last entry is
logged. So the root over any number of entries, and any proof, take a few hundred hashes, whatever the size of
the log. These hashes are only a help: `verify` works them out from the entries anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from hashlib import sha256

from assistant.log.chain import node, split, tree_root

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
        return max(int(self._execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0]), 0)

    def root(self, size: int) -> bytes:
        """The root over the first `size` entries."""
        return self.over(0, size) if size else tree_root(())

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
        return tree_root(hashes)


def keep_tree(connection: sqlite3.Connection, first: int, last: int) -> None:
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
        connection.execute(_KEEP, (level, number, tree_root(hashes)))


def completed(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Level and number of the blocks that end among the ids `first` to `last`, lower levels first."""
    level, width = 1, WIDTH
    while width <= last:
        yield from ((level, number) for number in range((first - 1) // width, last // width))
        level, width = level + 1, width * WIDTH


# The tree over entries that are read in order, in blocks of 256, so that two can read and one joins.


class Blocks:
    """The hashes over the whole blocks after entry `start` (a multiple of 256), and the leaves after them.

    `marks` are numbers of entries of the log, rising, at which a root will be wanted; for those inside a block,
    `partial` has the hash over the beginning of that block.
    """

    def __init__(self, start: int, marks: Sequence[int] = ()) -> None:
        self.start = start
        self.hashes: list[bytes] = []
        self.rest: list[bytes] = []
        self.partial: dict[int, bytes] = {}
        self._marks = list(reversed(marks))

    def add(self, leaves: list[bytes]) -> None:
        """Takes in the hashes of the next entries; quickest in multiples of 256."""
        level = [*self.rest, *leaves] if self.rest else leaves
        whole = len(level) // WIDTH * WIDTH
        self.rest = level[whole:]
        if not whole:
            return
        level = level[:whole]
        base = self.start + len(self.hashes) * WIDTH
        levels = [level]
        for _ in range(HEIGHT):
            level = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=True)]
            levels.append(level)
        self.hashes += level
        self._note(levels, base, base + whole)

    def finish(self) -> None:
        """After the last entry: notes the marks among those that fill no block."""
        base = self.start + len(self.hashes) * WIDTH
        while self._marks and self._marks[-1] <= base + len(self.rest):
            mark = self._marks.pop()
            if mark > base:
                self.partial[mark] = tree_root(self.rest[: mark - base])

    @property
    def end(self) -> int:
        """How many entries there are up to the last one here, counted from the log's first."""
        return self.start + len(self.hashes) * WIDTH + len(self.rest)

    def _note(self, levels: Sequence[Sequence[bytes]], base: int, end: int) -> None:
        while self._marks and self._marks[-1] <= end:
            mark = self._marks.pop()
            if count := (mark - base) % WIDTH:
                nodes, offset = [], mark - base - count
                for height in range(HEIGHT - 1, -1, -1):
                    if count >> height & 1:
                        nodes.append(levels[height][offset >> height])
                        offset += 1 << height
                self.partial[mark] = folded(nodes)


class Joined:
    """The tree over the blocks of several stretches, one after another; `before` are hashes over earlier ones.

    `before` holds the hash over each whole subtree of the blocks that are not looked at again, with its height
    in blocks, the largest first.
    """

    def __init__(self, stretches: Sequence[Blocks], before: Sequence[tuple[int, bytes]] = ()) -> None:
        self._stretches = stretches
        self._heights = [height for height, _ in before]
        self._hashes = [digest for _, digest in before]
        self._done = stretches[0].start // WIDTH
        self._coming = (digest for one in stretches for digest in one.hashes)

    def roots(self, marks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Each mark (rising; as given to the blocks) with the root over so many entries; to be run once."""
        partial = {mark: digest for one in self._stretches for mark, digest in one.partial.items()}
        for mark in marks:
            for _ in range(mark // WIDTH - self._done):
                self._push(next(self._coming))
            yield mark, folded([*self._hashes, partial[mark]] if mark % WIDTH else self._hashes)

    def _push(self, digest: bytes) -> None:
        self._done += 1
        height = 0
        while self._heights and self._heights[-1] == height:
            self._heights.pop()
            digest = node(self._hashes.pop(), digest)
            height += 1
        self._heights.append(height)
        self._hashes.append(digest)


def folded(nodes: Sequence[bytes]) -> bytes:
    """The root over whole subtrees that stand side by side, the largest first (RFC 6962, section 2.1)."""
    if not nodes:
        return tree_root(())
    digest = nodes[-1]
    for each in reversed(nodes[:-1]):
        digest = node(each, digest)
    return digest
