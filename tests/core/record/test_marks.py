"""What boxes and doubtful words say of the words beside them."""

from __future__ import annotations

import pytest

from assistant.core.answer import Evidence
from assistant.core.problem import Refused
from assistant.core.record.marks import (
    DENIED,
    PRINTED,
    UNCERTAIN,
    doubtful,
    read_marks,
    without_doubt,
)
from assistant.core.record.passages import located
from assistant.core.text import Private
from assistant.library import own_vocabulary
from assistant.records.index import RecordIndex


def standing(page: str, word: str) -> str:
    found = RecordIndex.of({"a": (page,)}, own_vocabulary()).look_for([word])
    assert len(found) == 1, found
    return found[0].standing


def test_a_box_says_of_its_label_what_is_ticked_and_nothing_else() -> None:
    for page, word, says in [
        ("Side effects:\n☐ Sleepy ☒ Constipated ☐ Nausea ☐ None", "constipated", "affirmed"),
        ("Side effects:\n☐ Sleepy ☒ Constipated ☐ Nausea ☐ None", "nausea", PRINTED),
        ("Side effects: [ ] Sleepy [X] Constipated [ ] Nausea [ ] None", "constipated", "affirmed"),
        ("Side effects: [ ] Sleepy [X] Constipated [ ] Nausea [ ] None", "sleepy", PRINTED),
        ("Side effects: ( ) Sleepy (x) Constipated ( ) Nausea", "constipated", "affirmed"),
        ("Side effects: ▣ Sleepy ▣ Constipated", "constipated", UNCERTAIN),
        ("Constipated ☒   Nausea ☐   Sleepy ☐", "constipated", "affirmed"),
        ("Constipated ☒   Nausea ☐   Sleepy ☐", "nausea", PRINTED),
        ("The patient denies: ☒ fever ☐ nausea", "fever", DENIED),
        ("The patient denies: ☒ fever ☐ nausea", "nausea", PRINTED),
        ("☒ No fever ☐ Nausea", "fever", DENIED),
        ("Bowel incontinence: ☐ Yes ☒ No", "incontinence", DENIED),
        ("Bowel incontinence: ☒ Yes ☐ No", "incontinence", "affirmed"),
        ("Bowel incontinence: ☐ Yes ☐ No", "incontinence", PRINTED),
        ("Bowel incontinence: ☒ Yes ☒ No", "incontinence", UNCERTAIN),
        ("Bowel incontinence: ▣ Yes ☐ No", "incontinence", UNCERTAIN),
        ("Have you used marijuana in the last month?\n☒ Yes ☐ No", "marijuana", "affirmed"),
        ("Have you used marijuana in the last month?\n☐ Yes ☒ No", "marijuana", DENIED),
    ]:
        assert standing(page, word) == says


def test_a_sentence_with_a_doubtful_word_denies_nothing() -> None:
    assert standing("Denies fever.", "fever") == DENIED
    assert standing("Denies fever and ‹chilis›.", "fever") == UNCERTAIN
    assert standing("‹Denies› fever.", "fever") == UNCERTAIN
    assert standing("Denies ‹fever›.", "fever") == UNCERTAIN
    assert standing("Denies nausea. Has a ‹fever›", "fever") == UNCERTAIN
    assert standing("‹Seen› today. Denies fever.", "fever") == DENIED, "the doubt is in another sentence"


def test_the_mark_of_doubt_leaves_the_signs_around_a_word_outside() -> None:
    assert doubtful("(nunb).") == "(‹nunb›)."
    assert doubtful("--") == "--"
    assert without_doubt("R ‹thunb› ‹nunb›, No") == "R thunb nunb, No"


def test_a_quote_without_the_marks_is_found_and_shows_them() -> None:
    page = "Neck worse, R thumb ‹nunb›. No new\ninjury"
    for quote in ("thumb nunb. No new injury", "R thumb ‹nunb›.", "nunb"):
        found = located(Evidence("a", 1, Private(quote)), page)
        assert "‹nunb›" in found.quote
        assert page[found.start :].startswith(str(found.quote))
    with pytest.raises(Refused):
        located(Evidence("a", 1, Private("thumb numb")), page)


def test_a_page_without_marks_is_read_as_it_was() -> None:
    page = "Denies fever, chills or weight loss. [page 3 of 4] (see note)"
    marks = read_marks(page, 0, 36, 7, 5)
    assert (marks.standing, marks.sentence, marks.at, marks.doubtful) == ("", page[:36], 7, False)
