"""Proofs against the public vectors of RFC 6962 trees, and for every tree up to a few dozen leaves.

The reference leaves, roots and proofs are those that Certificate Transparency and transparency-dev/merkle publish;
the ways in which proofs are spoilt are those of the latter's testdata. The checks of `standalone_verify.py`, which share
no code with the program's, are held to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.log import standalone_verify
from assistant.log.chain import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    leaf,
    node,
    split,
    tree_root,
)

ENTRIES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf(entry) for entry in ENTRIES]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ROOTS = [
    bytes.fromhex(each)
    for each in (
        EMPTY,
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]


def hashes(text: str) -> list[bytes]:
    return [bytes.fromhex(each) for each in text.split()]


INCLUSION = {
    (0, 1): [],
    (0, 8): hashes(
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
        " 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
        " 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    ),
    (5, 8): hashes(
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
        " ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
        " d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
    ),
    (2, 3): hashes("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (1, 5): hashes(
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        " 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
        " bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    ),
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): hashes(
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
        " 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
        " 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    ),
    (2, 8): hashes(
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
        " 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    ),
    (6, 8): hashes(
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
        " ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
        " d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
    ),
    (2, 5): hashes(
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
        " bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    ),
}


def over(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    return lambda start, end: tree_root(leaves[start:end])


def included(index: int, size: int, digest: bytes, path: Sequence[bytes], top: bytes) -> bool:
    return standalone_verify.root_above(index, size, digest, path) == top


def consistent(old: int, new: int, first: bytes, second: bytes, path: Sequence[bytes]) -> bool:
    said = is_consistent(old, new, first, second, path)
    if len(first) == len(second) == 32:
        assert standalone_verify.continues(old, new, first, second, path) is said
    return said


# -- the public vectors ---------------------------------------------------------------------------


def test_the_reference_roots() -> None:
    for size in range(9):
        assert tree_root(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize("at", INCLUSION)
def test_the_reference_inclusion_proofs(at: tuple[int, int]) -> None:
    index, size = at
    assert inclusion_proof(index, size, over(LEAVES)) == INCLUSION[at]
    assert included(index, size, LEAVES[index], INCLUSION[at], ROOTS[size])


@pytest.mark.parametrize("at", CONSISTENCY)
def test_the_reference_consistency_proofs(at: tuple[int, int]) -> None:
    old, new = at
    assert consistency_proof(old, new, over(LEAVES)) == CONSISTENCY[at]
    assert consistent(old, new, ROOTS[old], ROOTS[new], CONSISTENCY[at])


def spoilt_paths(path: Sequence[bytes], *roots: bytes, bit: int) -> Iterator[tuple[str, list[bytes]]]:
    """The ways in which the published vectors spoil the path of a proof."""
    yield "trailing garbage", [*path, b""]
    yield "preceding garbage", [b"", *path]
    for number, each in enumerate(roots):
        yield f"trailing root {number}", [*path, each]
        yield f"preceding root {number}", [each, *path]
    if path:
        yield "empty", []
        yield "truncated", list(path[:-1])
        yield "removed component", list(path[1:])
        yield "inserted component", [path[0], leaf(b""), *path[1:]]
    for number, each in enumerate(path):
        changed = bytes([each[0] ^ 1 << bit]) + each[1:]
        yield f"modified at {number}", [*path[:number], changed, *path[number + 1 :]]


def spoilt_inclusions() -> Iterator[Any]:
    wrong = leaf(b"WrongLeaf")
    for (index, size), path in INCLUSION.items():
        top, digest = ROOTS[size], LEAVES[index]
        cases = [
            ("leaf index - 1", (index - 1, size, digest, path, top)),
            ("leaf index + 1", (index + 1, size, digest, path, top)),
            ("leaf index ^ 2", (index ^ 2, size, digest, path, top)),
            ("tree size * 2", (index, size * 2, digest, path, top)),
            ("tree size / 2", (index, size // 2, digest, path, top)),
            ("wrong leaf", (index, size, wrong, path, top)),
            ("empty root", (index, size, digest, path, b"")),
            ("root of nothing", (index, size, digest, path, ROOTS[0])),
            ("random root", (index, size, digest, path, wrong)),
            *((what, (index, size, digest, spoilt, top)) for what, spoilt in spoilt_paths(path, top, bit=3)),
        ]
        yield from (pytest.param(*case, id=f"{index} of {size}: {what}") for what, case in cases)
    for index, size in ((0, 0), (0, 1), (1, 0), (2, 1)):
        for what, digest, top in (("leaf", wrong, b""), ("root", b"", wrong)):
            yield pytest.param(index, size, digest, [], top, id=f"{index} of {size}: nothing but a {what}")


def test_spoilt_inclusion_proofs() -> None:
    assert [case.id for case in spoilt_inclusions() if included(*case.values)] == []


def spoilt_consistencies() -> Iterator[Any]:
    wrong = leaf(b"WrongRoot")
    for (old, new), path in CONSISTENCY.items():
        first, second = ROOTS[old], ROOTS[new]
        cases = [
            ("size 1 - 1", (old - 1, new, first, second, path)),
            ("size 1 + 1", (old + 1, new, first, second, path)),
            ("size 1 ^ 2", (old ^ 2, new, first, second, path)),
            ("size 2 * 2", (old, new * 2, first, second, path)),
            ("size 2 / 2", (old, new // 2, first, second, path)),
            ("wrong root 1", (old, new, wrong, second, path)),
            ("wrong root 2", (old, new, first, wrong, path)),
            *(
                (what, (old, new, first, second, one))
                for what, one in spoilt_paths(path, first, second, bit=4)
            ),
        ]
        if first != second:
            cases.append(("swapped roots", (old, new, second, first, path)))
        yield from (pytest.param(*case, id=f"{old} to {new}: {what}") for what, case in cases)
    nothing, one = ROOTS[0], ROOTS[1]
    for what, case in {
        "from an empty tree": (0, 1, nothing, one, []),
        "from an empty tree, with a hash": (0, 1, nothing, nothing, [nothing]),
        "backwards": (1, 0, one, nothing, []),
        "backwards, with a hash": (2, 1, one, nothing, [one]),
        "empty trees with other roots": (0, 0, one, nothing, []),
        "the same size with other roots": (1, 1, one, nothing, []),
        "the same size with a hash": (1, 1, one, one, [one]),
        "empty trees with a hash": (0, 0, nothing, nothing, [nothing]),
        "no proof": (1, 2, one, ROOTS[2], []),
    }.items():
        yield pytest.param(*case, id=what)


def test_spoilt_consistency_proofs() -> None:
    assert [case.id for case in spoilt_consistencies() if consistent(*case.values)] == []


def test_two_empty_trees_are_the_same() -> None:
    assert consistent(0, 0, b"don't care", b"don't care", [])


# -- every tree -----------------------------------------------------------------------------------

MANY = [leaf(bytes([at])) for at in range(40)]


def test_every_leaf_is_included_and_nowhere_else() -> None:
    for size in range(1, 41):
        top = tree_root(MANY[:size])
        for index in range(size):
            path = inclusion_proof(index, size, over(MANY))
            for other in range(size):
                assert included(other, size, MANY[index], path, top) is (other == index), (size, index, other)


def test_every_beginning_is_continued() -> None:
    for new in range(1, 41):
        for old in range(1, new + 1):
            path = consistency_proof(old, new, over(MANY))
            first = tree_root(MANY[:old])
            assert consistent(old, new, first, tree_root(MANY[:new]), path), (old, new)
            changed = [*MANY[:old], leaf(b"x"), *MANY[old + 1 :]]
            assert consistent(old, new, first, tree_root(changed[:new]), path) is (old == new), (old, new)


@given(st.integers(0, 60), st.integers(0, 60), st.lists(st.binary(min_size=32, max_size=32), max_size=8))
def test_no_guess_is_a_proof(index: int, size: int, path: list[bytes]) -> None:
    assert not included(index, size, MANY[0], path, ROOTS[8])
    assert not consistent(index, size, ROOTS[7], ROOTS[8], path)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, over(MANY))
    assert standalone_verify.root_above(index, size, MANY[0], []) is None


def test_a_tree_does_not_continue_a_longer_one() -> None:
    with pytest.raises(ValueError, match="can't continue"):
        consistency_proof(4, 3, over(MANY))


def test_a_tree_is_split_at_a_power_of_two() -> None:
    assert [split(size) for size in (2, 3, 4, 5, 8, 9, 2**40, 2**40 + 1)] == [1, 2, 2, 4, 4, 8, 2**39, 2**40]
    assert tree_root(MANY[:3]) == node(node(MANY[0], MANY[1]), MANY[2])
