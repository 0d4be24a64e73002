"""How far a cue reaches; the sentences it was measured on are in tests/records/negation_sentences.yaml."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.record.assertions import Assertion, Assertions, assertions_by
from assistant.core.record.language import Vocabulary, read_vocabulary
from assistant.library import own_vocabulary

WORDS = """
negated:
  before: [no, denies, no ... sign of]
  after: [not seen]
  after_finding: [negative, ": no"]
  after_function: [normal]
uncertain: {before: [possible], after: [possible]}
historical: {headings: [past history]}
family: {before: [mother], headings: [family history]}
set_aside: [no doubt, not normal]
ends: [but]
beside: [on, of the]
carriers: [sign]
clause: [has, intact]
services: [film]
functions: [gait]
"""


def standings() -> Assertions:
    return Assertions(read_vocabulary({"words.yaml": WORDS}))


def standing(marked: str) -> str:
    at = marked.index("[")
    length = marked.index("]") - at - 1
    return standings().of(marked.replace("[", "").replace("]", ""), at, length).standing


def test_a_mention_has_the_standing_of_the_cue_that_reaches_it() -> None:
    for marked, expected in [
        ("No [loosening].", "negated"),
        ("NO\n  [LOOSENING]", "negated"),
        ("[Loosening] not seen.", "negated"),
        ("No doubt [loosening].", "affirmed"),
        ("Possible [loosening].", "uncertain"),
        ("[Loosening] possible.", "uncertain"),
        ("No fever but [loosening].", "affirmed"),
        ("No fever; [loosening].", "affirmed"),
        ("No fever, chills or [loosening].", "negated"),
        ("No fever, has [loosening].", "affirmed"),
        ("No fever, [hardware] intact.", "affirmed"),
        ("No fever, no chills, [loosening].", "affirmed"),
        ("No fever, possible [loosening].", "uncertain"),
        ("No loosening on [film].", "affirmed"),
        ("No loosening of the [plate].", "affirmed"),
        ("No clear sign of the [loosening].", "negated"),
        ("No loosening on film, [fever].", "uncertain"),
        ("Denies: [fever]", "negated"),
        ("Fever (no), [loosening].", "affirmed"),
        ("[Fever]: no", "negated"),
        ("[Fever]: no relief", "affirmed"),
        ("[Fever] negative.", "negated"),
        ("[Films] negative.", "affirmed"),
        ("EMG [film] negative.", "affirmed"),
        ("[Gait] normal.", "negated"),
        ("[Gait] not normal.", "affirmed"),
        ("[Fever] normal.", "affirmed"),
        ("Mother, possible [fever], no chills.", "family"),
        ("[No] fever.", "affirmed"),
        ("No [no] fever.", "negated"),
        ("no [doubt] of it", "negated"),
        ("", "affirmed"),
    ]:
        assert (standing(marked) if marked else standings().of("", 0, 0).standing) == expected


def test_a_heading_lends_its_standing_to_its_paragraph() -> None:
    for page, expected in [
        ("Past history: x, fever", "historical"),
        ("PAST HISTORY\nx, fever", "historical"),
        ("Past history: x\nExamination: fever", "affirmed"),
        ("Past history: x\n\nfever", "affirmed"),
        ("- Family history:\n  x\n  fever", "family"),
        ("Past history was long; fever", "affirmed"),
        ("fever", "affirmed"),
    ]:
        assert standings().under_heading(Assertion(), page, page.index("fever")).standing == expected


def test_without_cues_everything_is_affirmed() -> None:
    bare = Assertions(Vocabulary())
    assert bare.of("No fever.", 3, 5).standing == "affirmed"
    assert bare.under_heading(Assertion(), "Family history: fever", 16).standing == "affirmed"


@pytest.mark.parametrize("sentence", ["no ,", "denies fever ,", "no fever , and", "fever no", "no"])
def test_where_no_words_stand_nothing_is_denied(sentence: str) -> None:
    for length in (0, 3):
        assert standings().of(sentence, len(sentence), length) == Assertion()


@given(
    st.lists(
        st.sampled_from("no fever , and but ( ) : possible on of the . \u0130x - mother".split()), max_size=12
    ),
    st.integers(0, 40),
    st.integers(0, 12),
)
def test_any_sentence_has_one_of_the_standings(parts: list[str], at: int, length: int) -> None:
    text = " ".join(parts)
    assert standings().of(text, min(at, len(text)), length).standing in (
        "affirmed",
        "negated",
        "uncertain",
        "historical",
        "family",
    )


# -- by the program's own words ---------------------------------------------------------------------

LEFT_OPEN = [
    "He doubts that there is no [fracture].",
    "I doubt there is no [fracture].",
    "It is doubtful that there is no [fracture].",
    "Further [surgery] was discussed and rejected.",
    "A [fracture] can't be excluded.",
    "We can't exclude a [fracture].",
    "[Fracture] was not ruled out.",
    "[Fracture] has not been ruled out.",
    "Not without [fracture].",
    "There is no reason to doubt [instability].",
    "Nobody denies that there is [instability].",
    "The surgeon does not deny [instability].",
    "He did not say that there is no [instability].",
    "It is not true that there is no [instability].",
    "There is not enough evidence to exclude [instability].",
    "[Instability] is not unlikely.",
    "I am not convinced that there is no [instability].",
    "I am not satisfied that [instability] is absent.",
    "[Infection] is by no means excluded.",
    "[Infection] has yet to be excluded.",
    "We have yet to rule out [infection].",
    "[Infection] remains to be excluded.",
    "It would be premature to say there is no [infection].",
    "The films fail to exclude [infection].",
    "MRI is insufficient to exclude [infection].",
    "Inadequate to rule out [infection].",
    "He fears there is no [infection] control.",
    "No one has ruled out [cancer].",
    "[Cancer] was never excluded.",
    "Nothing excludes [cancer].",
    "I question whether there is no [cancer].",
    "She disputes the absence of [cancer].",
    "The claim of no [cancer] is refuted.",
    "The absence of [cancer] is not established.",
    "Absence of [cancer] could not be confirmed.",
    "It is hard to believe there is no [cancer].",
    "No [cancer]? The biopsy says otherwise.",
    "No denial of [weakness].",
    "He no longer denies [weakness].",
    "He stopped denying [weakness].",
    "He hardly denies [weakness].",
    "Not free of [weakness].",
    "No lack of [weakness].",
    "[Weakness] was denied by the adjuster.",
    "The claim for [weakness] was denied.",
    "Denied coverage for [weakness].",
    "[Fever] cannot be denied.",
    "There is no denying the [fever].",
    "Lest there be no [fever] recorded, he had fever.",
    "The absence of a [fracture] is far from certain.",
    "Earlier reading of no [fracture] was overturned.",
    "Contrary to the report of no [fracture], a line is seen.",
    "The radiologist withdrew his reading of no [fracture].",
    "One can hardly say there is no [fracture].",
    "Unless there is no [fracture], he stays off work.",
    "If there is no [fracture] he may go home.",
    "Hopefully no [fracture].",
    "Presumably no [fracture].",
    "Probably no [fracture].",
    "There seems to be no [fracture].",
    "Likely without [fracture].",
    "[Fracture] unlikely.",
    "The idea of [trauma] was considered and dismissed.",
    "[Surgery] was offered and declined.",
    "He refused [surgery].",
    "[Pseudarthrosis] was entertained and then discarded.",
    "[Surgery] is no longer off the table.",
    "He was hit by a co-worker and has a [fracture].",
    "His roommate drove him in with a [fracture] of C6.",
    "Co-worker found him with a [fracture].",
    "Wife reports [weakness] in his arms.",
    "His supervisor noted [weakness].",
    "Struck by a co-worker, [fracture] of C6.",
    "As a passenger he had a [fracture] of C6.",
    "He was the passenger, with a [fracture] of C6.",
    "The patient, a driver, had a [fracture].",
    "[Numbness], previously denied.",
    "[Fracture], earlier not recognized.",
    "No [clonus] on the right; three beats on the left.",
    "No [clonus] on the right - three beats on the left.",
    "No [clonus] on the left (three beats on the right).",
    "She had no [fever] on admission and developed one on day three.",
    "X-ray negative for [fracture], MRI shows one.",
    "X-rays were negative for [fracture]; CT positive.",
    "The plain film showed no [fracture]; the CT did.",
    "No [weakness] at rest, only on exertion.",
    "No diabetes, history of lung [cancer].",
    "No asthma, prior [cancer].",
    "Not the first [fracture].",
    "Not a new [fracture].",
    "No fewer than three [fractures].",
    "No resolution of [numbness].",
    "No progression of [weakness].",
]
DENIED = [
    "No [fracture].",
    "There is no evidence of [fracture].",
    "[Fracture] was ruled out.",
    "A [fracture] has been excluded.",
    "He denies [weakness].",
    "Free of [weakness].",
    "There is no [cancer].",
    "No history of [cancer].",
    "Absence of [cancer].",
    "Without [fever].",
    "No [surgery] is planned.",
    "Not the slightest sign of [fracture].",
    "No [weakness] on the left; strength 5/5 on the right.",
    "No [clonus] on the left - none on the right.",
    "No [fracture] on x-ray; MRI positive for disc herniation.",
    "No [fracture] on x-ray; CT negative.",
    "No trauma, history of [cancer] or fever.",
    "Denies fever, history of [cancer], weight loss.",
]
OF_ANOTHER = [
    "The next patient has a [fracture] of C6.",
    "His co-worker had a [fracture] of the neck.",
    "His coworker suffered a [fracture].",
    "Her roommate has [weakness] in both arms.",
    "The other driver sustained a [fracture].",
    "His supervisor has lung [cancer].",
    "A neighbor died of [cancer].",
    "Her husband has [cancer].",
    "[Cancer] in a co-worker.",
    "His foreman developed an [infection] after the same operation.",
    "Another employee [fracture]d his neck.",
    "Grandson with [cancer].",
    "Stepfather had [cancer].",
    "Friend's [cancer] has come back.",
    "Her boss was diagnosed with [cancer].",
]


def test_what_is_left_open_or_said_of_another_person_is_no_denial() -> None:
    for expected, marked in [
        *(("left open", one) for one in LEFT_OPEN),
        *(("negated", one) for one in DENIED),
        *(("family", one) for one in OF_ANOTHER),
    ]:
        at, end = marked.index("["), marked.index("]")
        said = assertions_by(own_vocabulary()).of(marked.replace("[", "").replace("]", ""), at, end - at - 1)
        assert said.standing == expected or (
            expected == "left open" and said.standing in ("uncertain", "affirmed")
        )
        assert not said.plain or expected == "negated"


def test_a_hedged_denial_is_one_and_not_a_plain_one() -> None:
    for marked in ("No definite fracture, CT advised.", "No obvious fracture.", "No convincing fracture."):
        said = assertions_by(own_vocabulary()).of(marked, marked.index("fracture"), len("fracture"))
        assert (said.standing, said.plain) == ("negated", False)
