"""Which answers come out otherwise under another edition: of counts and bounds that both editions know otherwise."""

from __future__ import annotations

import pytest

from assistant.core.answer import Answer
from assistant.core.rules import difference
from assistant.core.rules.difference import compare
from tests.core.rules.language2_sets import a_set

RULE = """
answers:
  signs: {checklist: {a: first, b: second, c: third}, said: {yes: present, no: absent}}
  weeks: {number: whole, unit: weeks, from: 0, to: 100}
prompts:
  - {id: signs, ask: Which signs?, answer: signs, documentable: yes}
  - {id: weeks, ask: For how long?, answer: weeks}
criteria:
  - {id: shown, cite: high/care, when: {signs: {at_least: 2, of: "yes"}, weeks: over 6}, argues: for, says: So.}
"""


@pytest.mark.parametrize(
    ("old", "new", "answers"),
    [
        (2, 1, "a: present; b, c: absent"),
        (1, 2, "a: present; b, c: absent"),
        (2, 3, "a: absent; b, c: present"),
    ],
)
def test_another_count_of_signs_is_a_difference_at_the_answers_between(
    old: int, new: int, answers: str
) -> None:
    sides = [a_set(RULE.replace("at_least: 2", f"at_least: {count}")) for count in (old, new)]
    (found,) = compare(*sides).found
    assert found.answers == {"signs": answers, "weeks": "at least 7 weeks"}
    assert {found.old, found.new} == {("overturned", "carried"), (None, "gap")}


def test_another_bound_is_a_difference_between_the_bounds() -> None:
    (found,) = compare(a_set(RULE), a_set(RULE.replace("over 6", "over 8"))).found
    assert found.answers["weeks"] == "7 to 8 weeks"


TWO = """
answers:
  weeks: {number: whole, unit: weeks, from: 0, to: 100}
  grade: {number: whole, unit: degrees, from: 0, to: 9}
prompts:
  - {id: weeks, ask: For how long?, answer: weeks}
  - {id: grade, ask: How far?, answer: grade}
criteria:
  - {id: long, cite: high/care, when: {weeks: over 6, grade: up to 4}, argues: for, says: So.}
  - {id: far, cite: high/care, when: {weeks: up to 6, grade: over 4}, argues: for, says: So.}
"""


@pytest.mark.parametrize("tried", [1, 6_000])
@pytest.mark.parametrize(
    ("weeks", "grade", "first"),
    [(20, 2, "weeks"), (8, 3, "weeks"), (2, 7, "grade"), (1, 5, "grade")],
)
def test_what_lies_nearest_to_a_likely_answer_is_told_first(
    monkeypatch: pytest.MonkeyPatch, tried: int, weeks: int, grade: int, first: str
) -> None:
    monkeypatch.setattr(difference, "TRIED", tried)
    changed = TWO.replace("weeks: over 6, grade: up to 4", "weeks: over 8, grade: up to 4")
    changed = changed.replace("weeks: up to 6, grade: over 4", "weeks: up to 6, grade: over 5")
    likely = {"weeks": Answer(value=weeks), "grade": Answer(value=grade)}
    found = compare(a_set(TWO), a_set(changed), likely=[likely]).found
    told = {"weeks": "7 to 8 weeks", "grade": "5 degrees"}
    assert found[0].answers[first] == told[first]


def test_the_same_rules_have_no_difference() -> None:
    assert compare(a_set(RULE), a_set(RULE)).found == ()


def test_numbers_that_come_out_otherwise_are_told_to_their_ends() -> None:
    for old, new, asked in [
        ("over 6", "at least 6", "6 weeks"),
        ("over 6", "up to 6", "up to 6 weeks"),
        ("over 6", "exactly 20", "7 to 19 weeks or at least 21 weeks"),
        ("under 10", "under 5", "5 to 9 weeks"),
        ("up to 10", "up to 90", "11 to 90 weeks"),
        ("3 to 5", "3 to 100", "at least 6 weeks"),
    ]:
        sides = [a_set(RULE.replace("over 6", bound)) for bound in (old, new)]
        assert asked in {one.answers["weeks"] for one in compare(*sides).found}
