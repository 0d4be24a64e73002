"""By which words a choice is known, and which choice other words mean."""

from __future__ import annotations

from assistant.core.record.choices import choices_named, meant
from assistant.core.rules.answer_schema import ChoiceShape

TEARS = ChoiceShape(
    {
        "full": "A full-thickness tear of the cuff",
        "partial": "A partial tear",
        "no_tear": "Tendinopathy without a tear",
        "other": "Another finding",
    }
)
OPERATIONS = ChoiceShape({"open": "Open release", "closed": "Endoscopic release"}, {"open": ("mini-open",)})


def test_a_choice_is_meant_by_words_of_its_own_that_are_affirmed() -> None:
    for shape, chosen, text, expected in (
        (TEARS, "partial", "Impression: full-thickness tear of the supraspinatus.", {"full"}),
        (TEARS, "full", "There is a partial articular tear.", {"partial"}),
        (TEARS, "partial", "A partial tear, no full-thickness tear.", set()),
        (TEARS, "partial", "The articular side is frayed; no full-thickness tear of the cuff.", set()),
        (TEARS, "full", "The supraspinatus is torn through.", set()),
        (TEARS, "full", "Without a tear.", set()),
        (OPERATIONS, "open", "An endoscopic release was done.", {"closed"}),
        (OPERATIONS, "open", "A mini-open release was done.", set()),
    ):
        assert meant(shape, chosen, text) == expected, (chosen, text)


def test_the_longer_name_counts() -> None:
    shape = ChoiceShape({"plain": "MRI of the knee", "dye": "MRI of the knee with contrast"})
    assert choices_named(shape, "MRI of the knee with contrast") == {"dye"}
