"""Whether the hashes that the log keeps of its tree are those of its entries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from assistant.core.chain import root
from assistant.log.tree import WIDTH, StoredTree
from assistant.log.tree_blocks import Blocks

_ROWS = "SELECT level, number, hash FROM subtree WHERE level = ? AND number >= ? ORDER BY number"


def before(connection: sqlite3.Connection, blocks: int) -> list[tuple[int, bytes]]:
    """The kept hashes over the first `blocks` blocks as whole subtrees: height in blocks and hash, largest first."""
    tree, done, found = StoredTree(connection), 0, []
    for height in range(blocks.bit_length() - 1, -1, -1):
        if blocks >> height & 1:
            end = done + (1 << height)
            found.append((height, tree.over(done * WIDTH, end * WIDTH)))
            done = end
    return found


def fault(connection: sqlite3.Connection, stretches: Sequence[Blocks]) -> tuple[int, str] | None:
    """The first kept hash that is not that of the entries: after how many entries it begins, and words for it."""
    first = stretches[0].start // WIDTH
    level, number = 1, first
    actual = [digest for one in stretches for digest in one.hashes]
    while True:
        kept = connection.execute(_ROWS, (level, number)).fetchall()
        width: int = WIDTH**level
        for expected, row in _pairs(actual, kept):
            if row is None or expected is None or row[1] != number or row[2] != expected:
                what = "is missing" if row is None or row[1] != number else "is not that of the entries"
                if expected is None:
                    what = "is of entries that are not there"
                where = (
                    f"the hash that the log keeps over entries {number * width + 1} to {(number + 1) * width}"
                )
                return number * width, f"{where} {what}"
            number += 1
        if not actual:
            return None
        level, number = level + 1, first // WIDTH ** (level)
        below = _all_of(connection, level - 1, number * WIDTH)
        actual = [root(below[at : at + WIDTH]) for at in range(0, len(below) // WIDTH * WIDTH, WIDTH)]


def _pairs(
    actual: Sequence[bytes], kept: Sequence[tuple[int, int, bytes]]
) -> Iterator[tuple[bytes | None, tuple[int, int, bytes] | None]]:
    for at in range(max(len(actual), len(kept))):
        yield actual[at] if at < len(actual) else None, kept[at] if at < len(kept) else None


def _all_of(connection: sqlite3.Connection, level: int, number: int) -> list[bytes]:
    """The kept hashes of a level, which were found right just before."""
    return [row[2] for row in connection.execute(_ROWS, (level, number))]
