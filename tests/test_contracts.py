"""One contract for each kind of file: what its schema refuses its reader refuses, with a line, and no reader breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import library
from tests import contracts
from tests.contracts import FEW, File, held_against, once_each, places, validator

KINDS = [f"{kind}" for kind in library.KINDS]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[File]:
    return list(contracts.files(tmp_path_factory.mktemp("files")))


@pytest.mark.parametrize("kind", KINDS)
def test_schema_and_reader_say_the_same_of_each_place_once_a_type(made: list[File], kind: str) -> None:
    tried = 0
    for file in [file for file in made if file.kind == kind]:
        paths = once_each(places(file.data), siblings=kind != "letter-frame")
        found = held_against(file, paths, FEW)
        assert found.wrong == []
        tried += found.refused
    assert tried > 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_schema_stands_in_one_of_these_files(made: list[File], kind: str) -> None:
    if kind in ("answer-schema", "letter-frame"):
        pytest.skip("the files are those that come with the program")
    keys = {str(path[-1]) for file in made if file.kind == kind for path in places(file.data)}
    known = set(named(validator(kind).schema)) if kind != "block" else set()
    assert sorted(known - keys - UNUSED.get(kind, set())) == []


UNUSED = {
    "case": {"request_date", "text_sha256"},
    "prompt-set": {"some", "$ref", "weights", "exclusiveMinimum", "additionalProperties"},
    "vocabulary": set(
        json.loads(library.read_text(library.folder("schemas") / "vocabulary.schema.json"))["properties"]
    ),
}
"""Keys whose form is that of another key that stands there."""


def named(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for inner in schema:
            yield from named(inner)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for inner in schema.values():
            yield from named(inner)
