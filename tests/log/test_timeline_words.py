"""What a step says in a list."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.log.timeline import step_words


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"digest": "", "input": "maybe", "length": 5}, 'not accepted: "maybe"'),
        ({"digest": "", "input": "", "length": 0}, "not accepted: nothing was typed"),
        (
            {"digest": "0" * 64, "input": "and so on", "length": 9_000},
            'not accepted: 9000 bytes that begin "and so on"',
        ),
        (None, "not accepted: nothing was typed"),
    ],
)
def test_input_that_was_rejected_is_put_into_words(held: Any, says: str) -> None:
    assert step_words("answer.rejected", None, held) == says
