"""Completions against the slow way, and how fast they are."""

from __future__ import annotations

import time
from random import Random

from assistant.core.dates import PartialDate
from assistant.core.rules.completion import opened_by
from assistant.core.rules.criterion import Ruling
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.suggestion import suggest
from tests.core.rules.brute_force import every_answer, every_reading, random_set, settling, suggestion
from tests.core.rules.small_sets import a_set, read
from tests.prove import scale


def test_suggestions_with_missing_answers_are_those_of_all_completions() -> None:
    for seed in range(scale.of(10, 30)):
        made = random_set(seed, 3)
        chance = Random(seed)
        held = {
            name: chance.choice(every_answer(prompt.schema.name))
            for name, prompt in made.prompts.items()
            if chance.random() < 0.4
        }
        declined = {n: Ruling("declined", "not so") for n in made.criteria if chance.random() < 0.2}
        completions = list(every_reading(made, held))
        suggested = suggest(Reading(made, held), None, declined)
        every = [suggestion(one, declined) for one in completions]
        keys = {(one.decision, one.why) for one in every}
        if len(keys) == 1:
            assert (suggested.decision, suggested.why) in keys
        elif keys:
            assert (suggested.decision, suggested.why) == (None, "open")
            assert suggested.settle == tuple(
                n for n in settling(made, completions, declined) if n not in held
            )


GATED = """
prompts:
  - {id: surgery, ask: Which?, answer: surgery, documentable: yes}
  - {id: films, ask: Made?, answer: yes-no, when: {surgery: fusion}, documentable: yes}
  - {id: why, ask: Why?, answer: statement, when: {films: "yes"}, documentable: yes}
  - {id: flags, ask: Any?, answer: flags, documentable: yes}
criteria:
  - {id: routine, cite: high, when: {flags: none_found}, argues: against, says: No.}
  - {id: flag, cite: high, when: {flags: any_present}, argues: for, says: Yes.}
  - {id: reason, cite: low, when: {why: given}, argues: for, rebuts: [routine], says: Yes.}
never:
  - {when: {surgery: none, flags: none_present}, says: This cannot be.}
"""


def test_opening_is_transitive() -> None:
    made = a_set(GATED)
    assert opened_by(made, "surgery") == {"films", "why"}
    assert opened_by(made, "flags") == frozenset()


def test_missing_parts_do_not_hold_up_what_is_settled() -> None:
    made = a_set(GATED)
    assert suggest(read(made, flags={"fever": "yes"}, surgery="none"), None, {}).decision == "overturned"
    found = suggest(read(made, flags={"fever": "no"}, surgery="none"), None, {})
    assert (found.why, found.settle) == ("open", ("flags",))


def test_what_a_prompt_opens_is_settled_through_it() -> None:
    made = a_set(GATED)
    found = suggest(read(made, flags="not_documented"), None, {})
    assert found.settle == ("surgery", "films", "why")
    found = suggest(
        read(made, flags="not_documented", surgery={"procedure": "fusion", "levels": ["C4"]}), None, {}
    )
    assert found.settle == ("films", "why")


def test_an_agreed_suggestion_says_what_stands_already() -> None:
    made = a_set(GATED)
    found = suggest(read(made, flags={"fever": "yes"}), None, {})
    assert (found.decision, found.why, found.because) == ("overturned", "carried", ("flag",))


def test_an_impossible_combination_suggests_nothing() -> None:
    made = a_set(
        GATED.replace("{surgery: none, flags: none_present}", "[{surgery: none}, {flags: {some: given}}]")
    )
    found = suggest(read(made, flags={"fever": "no"}), None, {})
    assert (found.decision, found.why, found.settle) == (None, "open", ())


def test_editions_out_of_force_and_inapplicable_criteria_are_left_out() -> None:
    made = a_set(GATED)
    late = PartialDate(2019, 5, 1)
    found = suggest(read(made, flags="not_documented"), late, {})
    assert (found.decision, found.why) == (None, "open")
    assert found.settle == ("surgery", "films", "why")
    ruled = {"reason": Ruling("inapplicable", "not about this")}
    assert suggest(read(made, flags="not_documented"), None, ruled).decision == "upheld"
    assert suggest(read(made, flags="not_documented"), late, ruled).why == "gap"


def test_a_declined_rebuttal_settles_it() -> None:
    made = a_set(GATED)
    declined = {"reason": Ruling("declined", "Table 8-8 is newer")}
    found = suggest(read(made, flags="not_documented"), None, declined)
    assert (found.decision, found.because) == ("upheld", ("routine",))


def big_set() -> PromptSet:
    lines = ["prompts:"]
    for n in range(34):
        when = f", when: {{p{n - 3}: 'yes'}}" if n % 4 == 3 else ""
        lines.append(f"  - {{id: p{n}, ask: What?, answer: yes-no, documentable: yes{when}}}")
    lines.append("criteria:")
    for n in range(17):
        rebuts = f"rebuts: [c{n - 1}], " if n % 3 else ""
        lines.append(
            f"  - {{id: c{n}, cite: {'high' if n % 2 else 'low'}, says: So., {rebuts}"
            f"argues: {'for' if n % 3 else 'against'}, "
            f"when: {{p{2 * n}: 'yes', p{2 * n + 1}: not_documented}}}}"
        )
    return a_set("\n".join(lines))


def test_thirty_four_prompts_are_weighed_in_no_time() -> None:
    made = big_set()
    begun = time.perf_counter()
    assert len(suggest(read(made), None, {}).settle) == 34
    assert time.perf_counter() - begun < 5
