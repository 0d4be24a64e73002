"""What is compiled of the second language, held against its meanings on hundreds of thousands of random answers."""

from __future__ import annotations

from tests.core.rules.test_formula import compared
from tests.prove import scale
from tests.prove.scale import Proved


def test_the_compiled_form_says_what_the_meaning_says(proved: Proved) -> None:
    number = compared(11, scale.of(20, 5_000))
    assert number >= scale.of(1_000, 500_000)
    proved(
        "conditions of the second language against their meanings", f"{number:,} comparisons, no difference"
    )
