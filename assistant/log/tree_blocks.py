"""The tree over entries that are read in order, in blocks of 256, so that two can read and one joins.

Nothing is read from the hashes that the log keeps: they are compared with these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from assistant.core.chain import node, root
from assistant.log.tree import HEIGHT, WIDTH


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
                self.partial[mark] = root(self.rest[: mark - base])

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
        return root(())
    digest = nodes[-1]
    for each in reversed(nodes[:-1]):
        digest = node(each, digest)
    return digest
