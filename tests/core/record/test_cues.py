"""How phrases of the vocabulary are found among the words of a sentence."""

from __future__ import annotations

from assistant.core.record.cues import match, tokens


def test_a_gap_stands_for_up_to_three_words() -> None:
    phrase = ("no", "...", "sign")
    assert match(phrase, tokens("no sign"), 0, 2) == 2
    assert match(phrase, tokens("no a b c sign"), 0, 5) == 5
    assert match(phrase, tokens("no a b c d sign"), 0, 6) == 0
    assert match(phrase, tokens("no, sign"), 0, 3) == 0
    assert match(phrase, tokens("no a"), 0, 2) == 0
