"""What could have been documented: small sets of conditions, each of which keeps its promise."""

from __future__ import annotations

from typing import Any

from assistant import library
from assistant.core.dates import PartialDate
from assistant.core.rules.criterion import Ruling
from assistant.core.rules.prompt_set import Reading
from assistant.core.rules.suggestion import Change, suggest, would_change
from tests.core.rules.small_sets import a_set, read

SET = """
prompts:
  - {id: flags, ask: Any?, answer: flags, documentable: yes}
  - {id: surgery, ask: Which?, answer: surgery, documentable: yes}
  - {id: films, ask: Made?, answer: yes-no, when: {surgery: fusion}, documentable: yes}
  - {id: suspected, ask: What?, answer: statement, documentable: yes}
  - {id: asked_for, ask: What?, answer: views}
  - {id: since, ask: How long?, answer: weeks, documentable: yes, record: yes}
criteria:
  - {id: routine, cite: high, when: {flags: none_found}, argues: against, says: No.}
  - {id: flag, cite: high, when: {flags: any_present}, argues: for, says: Yes.}
  - id: union
    cite: low
    when: {films: "no", suspected: given, asked_for: flexion}
    argues: for
    rebuts: [routine]
    says: Yes.
"""

ANSWERS: dict[str, Any] = {
    "flags": "not_documented",
    "surgery": "none",
    "suspected": "not_documented",
    "asked_for": ["flexion"],
    "since": 4,
}


def changes(body: str = SET, rulings: dict[str, Ruling] | None = None, **answers: Any) -> tuple[Change, ...]:
    return would_change(read(a_set(body), **{**ANSWERS, **answers}), None, rulings or {})


def told(found: tuple[Change, ...]) -> list[dict[str, str]]:
    return [dict(change.answers) for change in found]


FUSED = {"procedure": "fusion", "levels": ["C4"]}
A_FLAG = [{f"flags.{name}": "yes"} for name in ("fever", "tumor", "trauma")]
FUSION = {"surgery.procedure": "fusion", "suspected": "any answer"}


def test_each_change_is_told_with_what_it_opens_and_nothing_that_is_there_already() -> None:
    first, *rest = A_FLAG
    no_source = SET.replace("when: {surgery: fusion}, documentable: yes", "when: {surgery: fusion}")
    for found, expected in [
        (changes(), [{**FUSION, "films": "no"}]),
        (changes(no_source), [{**FUSION, "films": "no"}]),
        (changes(surgery=FUSED, films="no"), [{"suspected": "any answer"}]),
        (changes(surgery=FUSED, films="not_documented"), [{"films": "no", "suspected": "any answer"}]),
        (changes(surgery=FUSED, films="no", asked_for=["front"]), []),  # no note can supply it
        (changes(films="no"), [FUSION]),  # an answer set aside comes back
        (changes(films="yes"), []),
        (changes(rulings={"union": Ruling("declined", "no")}), []),  # its rebuttal promises nothing
    ]:
        assert told(found) == [first, *expected, *rest]
    found = changes()
    assert (found[1].decision, found[1].rests_on) == ("overturned", ("union",))
    assert found[1].labels == {
        "surgery.procedure": "Which? (procedure): fusion",
        "films": "Made? no",
        "suspected": "What? any answer",
    }


def test_from_overturned_to_upheld_and_from_a_gap_to_either() -> None:
    found = changes(flags={"fever": "yes", "tumor": "no", "trauma": "no"})
    assert [(change.decision, dict(change.answers)) for change in found] == [
        ("upheld", {"flags.fever": "no"})
    ]
    assert {change.decision for change in changes(flags="unclear")} == {"upheld", "overturned"}


def test_a_claim_holds_for_every_answer_that_fulfils_it() -> None:
    for answer, criteria, expected in [
        (
            "weeks",
            """
  - {id: a, cite: high, when: {p: over_six}, argues: for, says: Yes.}
  - {id: b, cite: high, when: {p: chronic}, argues: against, says: No.}
  - {id: c, cite: low, when: {p: not_documented}, argues: against, says: No.}
""",
            [{"p": "7 to 12 weeks"}],
        ),
        (
            "weeks",
            """
  - {id: a, cite: low, when: [{p: chronic}, {p: over_six}], argues: for, says: Yes.}
  - {id: b, cite: low, when: {p: not_documented}, argues: against, says: No.}
""",
            [{"p": "at least 7 weeks"}],
        ),
        (
            "statement",
            """
  - {id: a, cite: low, when: {p: given}, argues: for, says: Yes.}
  - {id: b, cite: high, when: {p: not_documented}, argues: against, says: No.}
""",
            [{"p": "any answer"}],
        ),
    ]:
        body = (
            f"prompts:\n  - {{id: p, ask: Which?, answer: {answer}, documentable: yes}}\ncriteria:{criteria}"
        )
        assert told(would_change(read(a_set(body), p="not_documented"), None, {})) == expected


def test_at_most_three_prompts() -> None:
    prompts = "\n".join(f"  - {{id: p{n}, ask: X, answer: yes-no, documentable: yes}}" for n in range(4))
    for needed, count in ((3, 1), (4, 0)):
        when = ", ".join(f'p{n}: "yes"' for n in range(needed))
        body = f"prompts:\n{prompts}\n" + (
            "criteria:\n"
            f"  - {{id: a, cite: high, when: {{{when}}}, argues: for, rebuts: [b], says: Yes.}}\n"
            "  - {id: b, cite: high, when: {p3: given}, argues: against, says: No.}\n"
            "  - {id: c, cite: low, when: {p0: given}, argues: against, says: No.}\n"
        )
        found = would_change(read(a_set(body), p0="no", p1="no", p2="no", p3="no"), None, {})
        assert len(found) == count


def test_nothing_is_promised_while_the_suggestion_is_open() -> None:
    assert would_change(read(a_set(SET), surgery="none"), None, {}) == ()


def test_the_order_is_always_the_same() -> None:
    assert [changes() for _ in range(3)] == [changes()] * 3


def test_what_would_change_it_is_the_same_whatever_was_asked_before() -> None:
    item = next(library.reference_items(library.prompt_set("cervical-radiography", library.sources())))
    day = PartialDate(2014, 4, 20)
    made = item.reading.prompt_set
    first = would_change(item.reading, day, {})
    for name in made.prompts:
        rest = {other: one for other, one in item.reading.answers.items() if other != name}
        suggest(Reading(made, rest), day, {})
        would_change(Reading(made, rest), day, {})
    assert would_change(item.reading, day, {}) == first
    assert {tuple(one.answers.items()) for one in first} >= {(("red_flags.fracture", "present"),)}
    assert all(one.decision == "overturned" for one in first)
    told = [dict(one.labels) for one in first]
    assert told[0] == {"red_flags.fracture": "fracture or dislocation: present"}
    assert "instability_suspected" in told[1], "one of each group comes first"
