"""Every value of every file that comes with the program, in every wrong type: its schema and its reader say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import library
from tests import contracts
from tests.contracts import File, Found, held_against, places
from tests.prove import scale
from tests.prove.scale import Proved


@pytest.mark.parametrize("kind", sorted(library.KINDS))
def test_every_value_in_every_wrong_type(kind: str, tmp_path: Path, proved: Proved) -> None:
    if not scale.ALL:
        pytest.skip("a sample of it is tried in tests/test_contracts.py")
    of_kind: list[File] = [
        file for file in (*contracts.shipped_files(tmp_path), *contracts.files(tmp_path)) if file.kind == kind
    ]
    found = [held_against(file, places(file.data), contracts.WRONG) for file in of_kind]
    whole = Found(sum(one.tried for one in found), sum(one.refused for one in found))
    assert [said for one in found for said in one.wrong] == []
    proved(
        "each value in each wrong type is refused with its line",
        f"{kind} {whole.tried} changes, {whole.refused} refused by the schema",
    )
