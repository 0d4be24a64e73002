"""Completions against the slow way, and how fast they are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from random import Random

from assistant.core.answer import Answer
from assistant.core.dates import PartialDate
from assistant.core.rules.answer_schema import reserved
from assistant.core.rules.completion import Space, name_of, opened_by
from assistant.core.rules.completion import met as formulas_of
from assistant.core.rules.condition import Atom
from assistant.core.rules.condition import atoms as atoms_of
from assistant.core.rules.criterion import Ruling
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.suggestion import arguments, suggest, would_change
from tests.core.rules.brute_force import every_answer, every_reading, met, random_set, settling, suggestion
from tests.core.rules.small_sets import a_set, read
from tests.prove import scale


def space_of(made: PromptSet) -> Space:
    return Space(made, formulas_of(made))


def test_outcomes_are_those_of_every_single_answer() -> None:
    for seed in range(scale.of(10, 30)):
        made = random_set(seed, 3)
        assert {one.values for one in space_of(made).outcomes()} == {met(r) for r in every_reading(made, {})}


def test_witnesses_show_what_they_stand_for() -> None:
    for seed in range(scale.of(10, 30)):
        made = random_set(seed)
        for outcome in space_of(made).outcomes():
            reading = Reading(made, {name: cell.answer for name, cell in outcome.witness.items()})
            assert met(reading) == outcome.values
            assert not reading.set_aside()
            assert not any(reading.holds(one.when) for one in made.never)


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


def test_changes_keep_their_promise_and_none_is_needlessly_large() -> None:
    for seed in range(scale.of(20, 60)):
        made = random_set(seed, 3)
        chance = Random(seed)
        held = {n: chance.choice(every_answer(p.schema.name)) for n, p in made.prompts.items()}
        reading = Reading(made, held)
        now = suggest(reading, None, {})
        changes = would_change(reading, None, {})
        assert changes == would_change(reading, None, {})
        for change in changes:
            assert change.decision not in (None, now.decision)
            assert _leads_to(made, held, change.answers) == {change.decision}
            for one in change.answers:
                fewer = {path: name for path, name in change.answers.items() if path != one}
                assert not fewer or _leads_to(made, held, fewer) != {change.decision}


def _leads_to(made: PromptSet, held: dict[str, Answer], conditions: Mapping[str, str]) -> set[str | None]:
    """Every decision where all of the conditions hold, whatever else the changed answers say."""
    formulas = [f for one in made.criteria.values() for f in (one.applies, one.when)]
    read_by = [a for f in (*formulas, *(p.when for p in made.prompts.values())) for a in atoms_of(f)]
    known = {(atom.path, name_of(atom)): atom for atom in read_by}
    wanted = [known.get((p, n)) or Atom(p, reserved(n)) for p, n in conditions.items()]
    roots = {path.split(".")[0] for path in conditions}
    kept = {name: answer for name, answer in held.items() if name not in roots}
    found = set()
    for path in conditions:
        if "." in path:  # the other parts of a group stay as they are
            name = path.split(".")[0]
            if held[name].parts is not None:
                kept[name] = held[name]
                del kept[name]
    for one in every_reading(made, kept):
        if not _other_parts_stay(one, held, conditions):
            continue
        if any(one.asked(root) is not True for root in roots):
            if all(one.truth(atom) is True or one.asked(atom.prompt) is not True for atom in wanted):
                found.add("not asked")
        elif all(one.truth(atom) is True for atom in wanted):
            found.add(suggestion(one).decision)
    return found


def _other_parts_stay(one: Reading, held: dict[str, Answer], conditions: Mapping[str, str]) -> bool:
    for path in conditions:
        name, _, part = path.partition(".")
        was = held[name].parts
        if part and was is not None and name in one.answers:
            now = one.answers[name].parts
            if now is None or any(now[other] != was[other] for other in was if other != part):
                return False
    return True


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


def test_an_unread_prompt_is_no_part_of_it() -> None:
    made = a_set(GATED + "")
    space = Space(made, [made.criteria["flag"].when])
    assert space.order == ("surgery", "flags")  # surgery, because of what can't be


def test_a_complete_answer_has_one_cell() -> None:
    made = a_set(GATED)
    held = space_of(made).held(read(made, flags="not_documented", surgery={"procedure": "fusion"}))
    assert len(held["flags"]) == 1
    assert len(held["surgery"]) == 1  # its levels are missing, and nothing turns on them


def test_a_partly_answered_group_keeps_to_what_is_answered() -> None:
    made = a_set(GATED)
    space = space_of(made)
    labels = {space.cells["flags"][n].label for n in space.held(read(made, flags={"fever": "yes"}))["flags"]}
    assert all("a flag present" in label for label in labels)
    labels = {
        space.cells["flags"][n].label for n in space.held(read(made, flags={"fever": "unclear"}))["flags"]
    }
    assert not any("no flag found" in label for label in labels)


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


def test_thirty_four_prompts_are_enumerated_in_no_time() -> None:
    made = big_set()
    begun = time.perf_counter()
    assert sum(one.count for one in arguments(made, (), {}).space.outcomes()) > 10**9
    assert len(suggest(read(made), None, {}).settle) == 34
    assert time.perf_counter() - begun < 5
