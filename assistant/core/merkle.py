"""Merkle proofs over the entries of a log, as RFC 6962 section 2.1 has them.

A tree over `size` leaves is never held as a whole: whoever makes a proof gives a function from a range
of leaves to the hash over it. Whoever checks one needs the proof and two hashes, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.core.chain import node

Over = Callable[[int, int], bytes]
"""Gives the hash (32 bytes) over the leaves from the first number to before the second."""


def split(size: int) -> int:
    """The largest power of two below `size` (at least 2): how many leaves stand left of the root."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, over: Over) -> list[bytes]:
    """The hashes that lead from leaf `index` (from 0) to the root over `size` leaves, the lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(over(middle, end))
            end = middle
        else:
            path.append(over(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, over: Over) -> list[bytes]:
    """The hashes that show that the first `old` of `new` leaves are the older tree (0 <= old <= new)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves can't continue one of {old}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(over(middle, end))
            end = middle
        else:
            path.append(over(start, middle))
            start, whole = middle, False
    return [*([] if whole else [over(start, end)]), *path[::-1]]


def root_of_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to from `leaf`; None where it can't be a proof for this place."""
    if not 0 <= index < size or any(len(each) != 32 for each in (leaf, *path)):
        return None
    last, digest = size - 1, leaf
    for sibling in path:
        if not last:
            return None
        if index & 1 or index == last:
            digest = node(sibling, digest)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            digest = node(digest, sibling)
        index, last = index >> 1, last >> 1
    return None if last else digest


def is_included(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` shows that `leaf` is number `index` of the `size` leaves under `root`."""
    return root_of_inclusion(index, size, leaf, path) == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the tree of `old` leaves is the beginning of that of `new` leaves.

    An empty tree begins every tree, so nothing can be shown of another by it: that is refused, like
    any proof with hashes too many or too few.
    """
    if old == new:
        return not path and old_root == new_root
    if any(len(each) != 32 for each in (old_root, new_root, *path)) or not 0 < old < new:
        return False
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = hashes[0]
    for each in hashes[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            first, second = node(each, first), node(each, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, each)
        place, last = place >> 1, last >> 1
    return not last and first == old_root and second == new_root
