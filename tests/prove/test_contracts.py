"""The values of every file that comes with the program, in every wrong type: its schema and its reader say the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.core.yaml import Path as Place
from tests import contracts
from tests.contracts import KINDS, WRONG, File, Found, held_against
from tests.prove import scale
from tests.prove.scale import Proved

MORE = 100
"""Places of one kind of file beyond those: some sets of questions have thousands, and are read anew for each change."""


@pytest.mark.parametrize("kind", KINDS)
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
    """The places that are tried: each that the schema tells apart, where the file is smallest, and others as it happens."""
    by_size = sorted(files, key=lambda one: len(one.text))
    every = [
        (number, place, kind)
        for number, file in enumerate(by_size)
        for place, kind in contracts.schema_places(file)
    ]
    first = {kind: (number, place) for number, place, kind in reversed(every)}
    more = random.Random(2026).sample(every, min(MORE, len(every)))
    taken: dict[int, list[Place]] = defaultdict(list)
    for number, place in dict.fromkeys([*first.values(), *((number, place) for number, place, _ in more)]):
        taken[number].append(place)
    for number, chosen in taken.items():
        yield by_size[number], chosen
