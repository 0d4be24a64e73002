"""From conditions to findings, and which of the arguments decides."""

from __future__ import annotations

from itertools import product

import pytest

from assistant.core.dates import PartialDate
from assistant.core.rules.criterion import Ruling, State, any_stands, findings, state_of, unrebutted, weigh
from assistant.core.rules.prompt_set import PromptSet
from tests.core.rules.brute_force import every_reading, met, random_set
from tests.core.rules.small_sets import HEAD, a_set, read
from tests.prove import scale

SET = """
prompts:
  - {id: p0, ask: What?, answer: yes-no}
  - {id: p1, ask: What?, answer: yes-no}
  - {id: p2, ask: What?, answer: yes-no}
  - {id: p3, ask: What?, answer: weeks, record: yes}
criteria:
  - {id: against-high, cite: high, when: {p0: "yes"}, argues: against, says: No.}
  - id: for-low
    cite: low
    applies: {p2: given}
    when: {p1: "yes"}
    argues: for
    rebuts: [against-high]
    says: Yes.
    caution: {when: {p3: over_six}, says: It has lasted longer.}
  - {id: against-low, cite: low, when: {p2: "no"}, argues: against, rebuts: [for-low], says: No.}
  - {id: for-high, cite: high, when: {p3: chronic}, argues: for, says: Yes.}
"""


def suggested(made: PromptSet, *holding: str, rulings: dict[str, Ruling] | None = None):  # type: ignore[no-untyped-def]
    states = {name: State.MET if name in holding else State.NOT_MET for name in made.criteria}
    return weigh(made, states, rulings or {})


def test_states() -> None:
    expected = {
        (False, True): State.NOT_APPLICABLE,
        (False, None): State.NOT_APPLICABLE,
        (None, True): State.UNDETERMINED,
        (None, False): State.UNDETERMINED,
        (True, None): State.UNDETERMINED,
        (True, True): State.MET,
        (True, False): State.NOT_MET,
    }
    assert {key: state_of(*key) for key in expected} == expected


def test_one_argument_stands_wherever_the_findings_say_that_one_does() -> None:
    made, declined = a_set(SET), {"for-low": Ruling("declined", "")}
    for answers in product(("yes", "no"), ("yes", "no"), ("yes", "no", "unclear"), (3, 20)):
        reading = read(made, **dict(zip(("p0", "p1", "p2", "p3"), answers, strict=True)))
        for rulings in ({}, declined, {"for-high": Ruling("inapplicable", "")}):
            standing = [one.stands for one in findings(reading, None, rulings).values()]
            assert any_stands(made, reading, None, rulings) is any(standing), answers


def test_nothing_standing_is_a_gap_and_argues_for_nothing() -> None:
    made = suggested(a_set(SET))
    assert (made.decision, made.why, made.because, made.dissent) == (None, "gap", (), ())


def test_the_highest_tier_in_which_an_argument_stands_decides() -> None:
    made = suggested(a_set(SET), "for-high", "against-low")
    assert (made.decision, made.why) == ("overturned", "carried")
    assert (made.because, made.dissent, made.rests_on) == (("for-high",), ("against-low",), ())


def test_lower_tiers_agree() -> None:
    made = suggested(a_set(SET), "against-low", "against-high")
    assert (made.decision, made.because, made.dissent) == ("upheld", ("against-high", "against-low"), ())


def test_both_sides_of_the_deciding_tier_are_a_conflict() -> None:
    made = suggested(a_set(SET), "against-high", "for-high")
    assert (made.decision, made.why) == (None, "conflict")


def test_a_rebuttal_by_a_lower_tier_is_taken_as_made_and_named() -> None:
    made = suggested(a_set(SET), "against-high", "for-low")
    assert (made.decision, made.because, made.rests_on) == ("overturned", ("for-low",), ("for-low",))


def test_a_rebutted_rebuttal_rebuts_nothing() -> None:
    made = suggested(a_set(SET), "against-high", "for-low", "against-low")
    assert (made.decision, made.because, made.rests_on) == ("upheld", ("against-high", "against-low"), ())


def test_a_declined_rebuttal_leaves_the_argument_as_dissent() -> None:
    declined = {"for-low": Ruling("declined", "the MTUS is presumed correct")}
    made = suggested(a_set(SET), "against-high", "for-low", rulings=declined)
    assert (made.decision, made.because, made.dissent) == ("upheld", ("against-high",), ("for-low",))
    assert made.rests_on == ()


def test_declining_does_not_touch_a_rebuttal_within_a_tier() -> None:
    declined = {"against-low": Ruling("declined", "no")}
    made = suggested(a_set(SET), "for-low", "against-low", rulings=declined)
    assert (made.decision, made.because) == ("upheld", ("against-low",))


def test_an_accepted_rebuttal_still_says_what_it_rests_on() -> None:
    accepted = {"for-low": Ruling("accepted", "Table 8-8 does not speak of fusions")}
    made = suggested(a_set(SET), "against-high", "for-low", rulings=accepted)
    assert made.rests_on == ("for-low",)


def test_findings() -> None:
    made = a_set(SET)
    found = findings(read(made, p0="yes", p1="yes", p2="yes", p3=8), PartialDate(2014, 8, 20), {})
    assert {name: one.state.value for name, one in found.items()} == {
        "against-high": "met",
        "for-low": "met",
        "against-low": "not_met",
        "for-high": "not_met",
    }
    assert found["against-high"].rebutted_by == ("for-low",)
    assert not found["against-high"].stands
    assert found["for-low"].stands
    assert found["for-low"].prompts == ("p2", "p1")
    assert found["for-low"].caution == "It has lasted longer."


def test_a_caution_is_shown_only_where_its_criterion_is_met() -> None:
    made = a_set(SET)
    assert findings(read(made, p1="no", p2="yes", p3=8), None, {})["for-low"].caution == ""
    assert findings(read(made, p1="yes", p2="yes", p3=2), None, {})["for-low"].caution == ""
    assert findings(read(made, p1="yes", p2="yes"), None, {})["for-low"].caution == ""


def test_a_criterion_that_does_not_apply_neither_argues_nor_rebuts() -> None:
    made = a_set(SET)
    found = findings(read(made, p0="yes", p1="yes", p2="not_documented", p3=1), None, {})
    assert found["for-low"].state is State.NOT_APPLICABLE
    assert found["against-high"].stands


def test_a_criterion_found_inapplicable_says_why() -> None:
    made = a_set(SET)
    ruled = {"against-high": Ruling("inapplicable", "the row speaks of the first weeks")}
    one = findings(read(made, p0="yes"), None, ruled)["against-high"]
    assert one.state is State.NOT_APPLICABLE
    assert "the row speaks of the first weeks" in one.reason


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (PartialDate(2006, 12, 31), "not_applicable"),
        (PartialDate(2007), "met"),
        (PartialDate(2017, 12, 31), "met"),
        (PartialDate(2018, 1, 1), "not_applicable"),
        (None, "met"),
    ],
)
def test_editions_out_of_force_are_not_applicable(on: PartialDate | None, state: str) -> None:
    one = findings(read(a_set(SET), p0="yes"), on, {})["against-high"]
    assert one.state.value == state
    assert bool(one.reason) is (state == "not_applicable")


def test_the_day_after_the_last_day_is_out_of_force() -> None:
    head = HEAD.replace("until: 2017", "until: 2017-11-30")
    made = a_set(SET, head)
    for day, state in ((30, State.MET), (1, State.NOT_APPLICABLE)):
        on = PartialDate(2017, 11 if day == 30 else 12, day)
        assert findings(read(made, p0="yes"), on, {})["against-high"].state is state


def test_a_criterion_stands_if_met_and_rebutted_by_none_that_stands() -> None:
    for seed in range(scale.of(8, 40)):
        made = random_set(seed, 3)
        for reading in every_reading(made, {}):
            holding = {n for n, is_met in zip(made.criteria, met(reading), strict=True) if is_met}
            states = {n: State.MET if n in holding else State.NOT_MET for n in made.criteria}
            stand = unrebutted(made, states, {})
            for name in made.criteria:
                rebutted = any(name in made.criteria[other].rebuts for other in stand)
                assert (name in stand) is (name in holding and not rebutted)
