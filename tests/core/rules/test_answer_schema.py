"""Which answer stands at a path of a schema, and whether it is whole."""

from __future__ import annotations

import pytest

from assistant import library
from assistant.core.answer import Answer, group, listing
from assistant.core.rules.answer_schema import select
from assistant.core.rules.rules import read_prompt_set

STUDIES = read_prompt_set("lumbar-mri", library.sources()).prompts["prior_imaging"].schema.shape
ONE = listing([group({"modality": Answer(value="mri")})], closed=False)


@pytest.mark.parametrize(
    ("path", "value", "whole"),
    [
        (("1", "modality"), "mri", True),
        (("1", "finding"), None, False),
        (("2",), None, False),
        (("2", "modality"), None, False),
    ],
)
def test_an_entry_that_is_not_written_yet_is_none_and_not_whole(
    path: tuple[str, ...], value: str | None, whole: bool
) -> None:
    held, done = select(STUDIES, ONE, path)
    assert (held.value if held is not None else None, done) == (value, whole)


def test_a_part_below_a_list_is_that_part_of_every_entry() -> None:
    held, done = select(STUDIES, ONE, ("modality",))
    assert held is not None
    assert ({number: one.value for number, one in (held.parts or {}).items()}, done) == ({"1": "mri"}, False)
