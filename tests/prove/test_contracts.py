"""The values of every file that comes with the program, in every wrong type: its schema and its reader say the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant import library
from assistant.core.yaml import Path as Place
from tests import contracts
from tests.contracts import WRONG, File, Found, held_against, once_each, places
from tests.prove import scale
from tests.prove.scale import Proved

MOST = 6_000
"""Changes of one kind of file: some sets of questions have tens of thousands of values, and are read anew for each."""


@pytest.mark.parametrize("kind", sorted(library.KINDS))
def test_every_value_in_every_wrong_type(kind: str, tmp_path: Path, proved: Proved) -> None:
    if not scale.ALL:
        pytest.skip("a sample of it is tried in tests/test_contracts.py")
    of_kind: list[File] = [
        file for file in (*contracts.shipped_files(tmp_path), *contracts.files(tmp_path)) if file.kind == kind
    ]
    found = [held_against(file, iter(taken), WRONG) for file, taken in drawn(of_kind)]
    whole = Found(sum(one.tried for one in found), sum(one.refused for one in found))
    assert [said for one in found for said in one.wrong] == []
    proved(
        "each value in each wrong type is refused with its line",
        f"{kind} {whole.tried} changes, {whole.refused} refused by the schema",
    )


def drawn(files: Sequence[File]) -> Iterator[tuple[File, list[Place]]]:
    """The places that are tried: those that differ in more than the number of an entry first, the others as it happens."""
    chance = random.Random(2026)
    every = [(number, place) for number, file in enumerate(files) for place in places(file.data)]
    first = [(number, place) for number, file in enumerate(files) for place in once_each(places(file.data))]
    chance.shuffle(first)
    chance.shuffle(every)
    taken: dict[int, list[Place]] = defaultdict(list)
    for number, place in list(dict.fromkeys([*first, *every]))[: MOST // len(WRONG)]:
        taken[number].append(place)
    for number, chosen in taken.items():
        yield files[number], chosen
