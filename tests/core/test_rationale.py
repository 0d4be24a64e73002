"""The sentences of a rationale: their order, what is left unsaid, and where each comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core import rationale
from assistant.core.letter_frame import Frame, read_frame
from assistant.core.rationale import DraftSentence, assess, capital, ended, inner
from assistant.core.record.checks import later_studies
from assistant.core.session import Session
from assistant.core.value import replace
from tests.core.test_rationale_assessment import (
    ACCEPTED,
    ANSWERS,
    CASE,
    DECLINED,
    FLAGGED,
    INAPPLICABLE,
    REBUTTED,
    answered,
    decided,
    perform,
    ruled,
)


def alike(answer: Any, prompts: str) -> dict[str, Any]:
    return dict.fromkeys(prompts.split(), answer)


def draft(session: Session) -> dict[str, DraftSentence]:
    made = assess(session, "1").sentences
    assert len({one.key for one in made}) == len(made)
    return {one.key: one for one in made}


def kinds(session: Session) -> list[str]:
    return [key.partition(":")[0] for key in draft(session)]


def texts(session: Session) -> str:
    return "\n".join(one.text for one in draft(session).values())


# -- the shape ------------------------------------------------------------------------------------


def test_the_published_case_has_the_shape_of_its_letter() -> None:
    """Request; guideline; concession; what was not found; the lower tier and why not; conclusion."""
    assert list(draft(decided(answered(), "upheld"))) == [
        "request",
        "criterion:routine-radiography",
        "concedes:routine-radiography",
        "prompt:prior_imaging",
        "together",
        "criterion:acr-variant-11",
        "unmet:nonunion-or-instability",
        "conclusion",
    ]


def test_its_sentences_say_what_the_record_bears() -> None:
    said = draft(decided(answered(), "upheld"))
    assert "cervical fusion at C4-C5 and C5-C6 in February 2014" in said["request"].text
    assert "Table 8-8" in said["criterion:routine-radiography"].text
    assert said["prompt:prior_imaging"].text == (
        "The records reviewed hold radiographs of July 12, 2014 and radiographs of August 4, 2014."
    )
    assert "what was sought, what was suspected" in said["together"].text
    assert said["unmet:nonunion-or-instability"].text.startswith(
        "The same guideline (narrative, prior surgery)"
    )
    assert said["conclusion"].text == "Therefore, the request is not medically necessary."


@pytest.mark.parametrize(
    ("day", "said"), [("2014-04-20", "criterion:red-flag"), ("2024-03-01", "prompt:red_flags")]
)
def test_a_red_flag_that_is_present_is_said_once_whether_or_not_a_guideline_is_read(
    day: str, said: str
) -> None:
    text = CASE.text.replace("date: 2014-04-20\n      decision", f"date: {day}\n      decision")
    assert (text == CASE.text) == (day == "2014-04-20")
    session = answered(library.rules_for(replace(CASE, text=text)), **FLAGGED)
    named = [key for key, one in draft(session).items() if "tumor" in one.text]
    assert named == [said]


def test_before_a_decision_the_draft_is_of_the_suggestion() -> None:
    assert draft(answered()) == draft(decided(answered(), "upheld"))


def test_without_decision_or_suggestion_nothing_is_concluded() -> None:
    said = draft(answered(red_flags=None))
    assert "conclusion" not in said
    assert "request" in said


CASES: Mapping[str, Session] = {
    "published": decided(answered(), "upheld"),
    "departs": decided(answered(), "overturned", "The hardware has to be seen"),
    "flagged": answered(**FLAGGED),
    "rebutted": answered(**REBUTTED),
    "accepted": decided(ruled(answered(**REBUTTED), ACCEPTED), "overturned"),
    "accepted, yet upheld": decided(ruled(answered(**REBUTTED), ACCEPTED), "upheld", "On balance."),
    "declined": decided(ruled(answered(**REBUTTED), DECLINED), "upheld"),
    "inapplicable": decided(ruled(answered(), INAPPLICABLE), "upheld"),
    "no surgery": answered(prior_surgery="none", prior_imaging=[]),
    "open": answered(red_flags=None),
    "all unclear": answered(
        **alike("unclear", "red_flags sought suspected instability_suspected changed_since")
    ),
    "half answered": answered(**alike(None, "red_flags prior_surgery prior_imaging views")),
}


def test_every_sentence_has_a_source_and_ends() -> None:
    for session in CASES.values():
        for one in draft(session).values():
            assert one.prompts or one.criteria or one.facts, one.key
            assert one.text.endswith((".", "!", "?")), one.text
            assert one.text[0].isupper(), one.text
            assert "{" not in one.text
            assert "  " not in one.text
            assert set(one.prompts) <= set(session.rules.sets["1"].prompts)
            assert set(one.criteria) <= set(session.rules.sets["1"].criteria)
            assert set(one.citations) <= set(session.rules.sets["1"].citations)


def test_a_sentence_from_a_criterion_names_its_citation() -> None:
    for session in CASES.values():
        for one in draft(session).values():
            if one.criteria and one.key != "conclusion":
                assert one.citations, one.key


def test_a_sentence_rests_on_the_pages_of_its_answers() -> None:
    said = draft(answered())
    assert [str(one) for one in said["prompt:prior_imaging"].evidence] == [
        "xray-report-2014-07-12:1",
        "xray-report-2014-08-04:1",
    ]
    assert said["together"].evidence == ()
    assert "progress-note-2014-05-10:1" in [str(one) for one in said["request"].evidence]


# -- what a letter doesn't say --------------------------------------------------------------------


def test_what_was_not_found_is_not_printed_where_the_treatment_is_approved() -> None:
    said = texts(decided(answered(), "overturned", "The hardware has to be seen."))
    assert "No statement was found" not in said
    assert "no statement was found" not in said


def test_nor_in_a_draft_that_suggests_approval() -> None:
    assert "o statement was found" not in texts(answered(**FLAGGED))
    assert "o statement was found" not in texts(answered(**REBUTTED))


def test_one_thing_that_was_not_found_is_said_by_itself() -> None:
    found = alike("no", "changed_since surgery_contemplated changes_management")
    studies = [{**entry["value"], "provider_reading": "clean"} for entry in ANSWERS["1"]["prior_imaging"]]
    said = draft(answered(suspected="A nonunion", prior_imaging=studies, **found))
    assert "together" not in said
    assert said["prompt:sought"].text == (
        "No statement was found in the records reviewed of what the films were meant to show."
    )


def test_what_is_conceded_speaks_for_the_other_side() -> None:
    assert "concedes:routine-radiography" in draft(answered())
    for session in (answered(**FLAGGED), decided(answered(**FLAGGED), "overturned")):
        assert not any(key.startswith("concedes:") for key in draft(session))


def test_an_unclear_answer_is_neither_stated_nor_absent() -> None:
    said = draft(answered(sought="unclear"))
    assert "prompt:sought" not in said
    assert "sought" not in said["together"].prompts


# -- arguments that meet --------------------------------------------------------------------------


def test_what_supports_comes_first_and_what_it_outweighs_after_it() -> None:
    session = decided(ruled(answered(**REBUTTED), ACCEPTED), "overturned")
    said = draft(session)
    assert [key for key in said if not key.startswith("prompt:")] == [
        "request",
        "criterion:nonunion-or-instability",
        "rebutted:routine-radiography",
        "rebutted:acr-variant-11",
        "outweighed:nonunion-or-instability",
        "ruling:nonunion-or-instability",
        "conclusion",
    ]
    one = said["outweighed:nonunion-or-instability"]
    assert one.text.startswith("Those are outweighed here by the American College of Radiology")
    assert one.criteria == ("routine-radiography", "acr-variant-11", "nonunion-or-instability")
    assert texts(session).count("routine radiography of the cervical spine is not recommended") == 1
    assert texts(session).count("The attending provider suspects it") == 1
    assert "lthough" not in texts(session)


def test_the_reviewers_word_on_a_rebuttal_is_the_reviewers() -> None:
    session = decided(ruled(answered(**REBUTTED), ACCEPTED), "overturned")
    one = draft(session)["ruling:nonunion-or-instability"]
    assert one.origin == "reviewer"
    assert one.text.endswith("(Labor Code section 4604.5): The fusion is recent.")


def test_a_dissent_of_a_lower_tier_says_why_it_does_not_prevail() -> None:
    for session in (answered(**FLAGGED), answered(prior_surgery="none", prior_imaging=[])):
        said = draft(session)
        (key,) = [key for key in said if key.startswith("dissent:")]
        below = said[key.replace("dissent:", "below:")]
        assert list(said).index(below.key) == list(said).index(key) + 1
        assert below.text.startswith("That does not prevail. The request is addressed by the Medical")
        assert below.text.endswith("Labor Code section 4610.5(c)(2).")
        assert below.citations == said[key].citations


def test_a_rebuttal_that_is_declined_stands_as_a_dissent_with_the_reason() -> None:
    said = draft(decided(ruled(answered(**REBUTTED), DECLINED), "upheld"))
    assert "does not prevail" in said["below:nonunion-or-instability"].text
    assert said["ruling:nonunion-or-instability"].origin == "reviewer"
    assert said["ruling:nonunion-or-instability"].text.endswith("It speaks of another question.")


def old(session: Session) -> Session:
    """The session as one whose letter is one text, in the words of before."""
    return replace(session, frame=library.first_words)


def test_a_session_of_before_joins_its_sentences_as_it_did() -> None:
    said = draft(old(decided(ruled(answered(**REBUTTED), ACCEPTED), "overturned")))
    one = said["rebutted:nonunion-or-instability"]
    assert one.text.startswith("Although as noted in the MTUS-adopted ACOEM neck guideline")
    assert ", and although the American College of Radiology" in one.text
    assert "this is outweighed, because" in one.text
    assert list(said)[1:3] == ["rebutted:nonunion-or-instability", "ruling:nonunion-or-instability"]
    (dissent,) = [one for key, one in draft(old(answered(**FLAGGED))).items() if key.startswith("dissent:")]
    assert dissent.text.startswith("While the American College of Radiology")
    assert "this does not prevail: the Medical Treatment Utilization Schedule (MTUS)" in dissent.text
    departs = draft(old(decided(answered(), "overturned", "The hardware has to be seen")))
    assert list(departs)[-2:] == ["departure", "conclusion"]


def test_a_criterion_found_inapplicable_is_named_with_the_reason() -> None:
    said = draft(decided(ruled(answered(), INAPPLICABLE), "upheld"))
    assert "criterion:routine-radiography" not in said
    one = said["ruling:routine-radiography"]
    assert (one.origin, one.criteria) == ("reviewer", ("routine-radiography",))
    assert "inapplicable to this condition: The row speaks of the first weeks." in one.text


OWN = read_frame(library.letter_texts()[library.FRAME])


def loud() -> Frame:
    """The program's frame with all but its names in capitals."""
    split = {place: re.split(r"(\{[{%].*?[%}]\})", text) for place, text in OWN.texts.items()}
    return Frame({
        place: "".join(part if part.startswith("{") else part.upper() for part in parts)
        for place, parts in split.items()
    })  # fmt: skip


def test_what_joins_sentences_is_the_frames() -> None:
    for session in CASES.values():
        said, again = texts(session), texts(replace(session, frame=loud))
        assert again.upper() == said.upper()
        assert not re.search("outweighed|does not prevail|The reviewer|higher tier|above it", again)
        for name in ("outweighed_by", "stands_below", "accepted", "declined", "inapplicable"):
            words = re.split(r"\{\{.*?\}\}", OWN.texts[f"rationale.{name}"])
            assert all(word in said for word in words) == all(word.upper() in again for word in words)


def test_what_was_not_found_is_listed_with_the_frames_word() -> None:
    session = decided(answered(), "upheld")
    said = draft(session)["together"].text
    assert said.count(", or ") == 1
    assert draft(replace(session, frame=loud))["together"].text == said.replace(", or ", ", OR ")


def test_no_words_of_a_letter_stand_in_the_code() -> None:
    tree = ast.parse(Path(rationale.__file__).read_text("utf-8"))
    held = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    about = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    assert [text for text in held - about if isinstance(text, str) and re.search(r"[a-z] +[a-z]", text)] == []


# -- the reviewer's own words ---------------------------------------------------------------------


def test_a_departure_carries_its_reason_as_the_reviewers_own() -> None:
    session = decided(answered(), "overturned", "the hardware\n has to be seen")
    said = [key for key in draft(session) if not key.startswith("prompt:")]
    assert said[:3] == ["request", "own_reason", "departure"]
    assert draft(session)["own_reason"].text.startswith("No criterion carries this decision.")
    assert "own_reason" not in draft(replace(session, guard=8))
    one = draft(session)["departure"]
    assert (one.text, one.origin) == ("The hardware has to be seen.", "reviewer")
    assert one.facts == ("determination.1",)
    assert draft(session)["conclusion"].text == "Therefore, the request is medically necessary."


def test_the_reason_for_a_decision_as_suggested_is_no_departure() -> None:
    assert "departure" not in draft(decided(answered(), "upheld", "The published determination."))


def edited(session: Session, key: str, text: str) -> Session:
    return perform(session, c.EditSentence("1", key, draft(session)[key].text, text))


def test_an_edit_takes_its_sentence_by_key_and_marks_it_as_the_reviewers() -> None:
    before = decided(answered(), "upheld")
    after = edited(before, "request", "Films of the neck are requested.")
    one = draft(after)["request"]
    assert (one.text, one.origin) == ("Films of the neck are requested.", "reviewer")
    assert (one.prompts, one.facts) == (draft(before)["request"].prompts, draft(before)["request"].facts)
    others = {key: said for key, said in draft(after).items() if key != "request"}
    assert others == {key: said for key, said in draft(before).items() if key != "request"}


def test_an_edit_stays_with_its_sentence_when_others_come_before_it() -> None:
    session = edited(decided(answered(), "upheld"), "conclusion", "So it is not necessary.")
    moved = ruled(session, INAPPLICABLE)
    assert list(draft(moved)) != list(draft(session))
    assert draft(moved)["conclusion"].text == "So it is not necessary."


def test_an_edit_falls_away_when_its_sentence_says_something_else() -> None:
    session = edited(decided(answered(), "upheld"), "conclusion", "So it is not necessary.")
    turned = decided(session, "overturned", "Films are needed.")
    assert draft(turned)["conclusion"].text == "Therefore, the request is medically necessary."
    assert draft(turned)["conclusion"].origin == "drafted"
    assert draft(decided(turned, "upheld"))["conclusion"].text == "So it is not necessary."


@pytest.mark.parametrize("text", ["", "   ", "Therefore, the request is not medically necessary."])
def test_an_edit_can_be_taken_back(text: str) -> None:
    before = decided(answered(), "upheld")
    session = edited(before, "conclusion", "So it is not necessary.")
    back = perform(
        session, c.EditSentence("1", "conclusion", "Therefore, the request is not medically necessary.", text)
    )
    assert draft(back) == draft(before)


# -- clauses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("The films are clean.", "the films are clean"),
        ("As noted, no.", "as noted, no"),
        ("ACR rates it 9 of 9.", "ACR rates it 9 of 9"),
        ("Dr. A said so", "Dr. A said so"),
    ],
)
def test_a_sentence_becomes_a_clause(text: str, clause: str) -> None:
    assert inner(text) == clause


def test_a_clause_becomes_a_sentence() -> None:
    assert capital("the films") == "The films"
    assert capital("") == ""
    assert ended(" so\n it is ") == "so it is."
    assert ended("Is it?") == "Is it?"


def not_held(session: Session, reason: str) -> Session:
    (check,) = later_studies(session, "1")
    return perform(
        session,
        c.RaiseCheck(check.check, check.key, check.message, check.facts),
        c.Acknowledge(check.check, check.key, reason),
    )


def test_a_later_study_that_is_not_held_against_the_provider_carries_no_finding() -> None:
    held = draft(not_held(decided(answered(), "upheld"), "The parties added it after the decision."))
    session = not_held(
        decided(answered(), "upheld"), "They came later and are not held against the provider."
    )
    said = draft(session)
    assert "how the attending provider had interpreted the earlier studies" in held["together"].text
    assert "interpreted" not in said["together"].text
    assert held.keys() - said.keys() == {"criterion:acr-variant-11"}
    assert held["conclusion"].criteria == ("routine-radiography", "acr-variant-11")
    assert said["conclusion"].criteria == ("routine-radiography",)
