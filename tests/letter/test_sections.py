"""The determination of the published case, from its draft to its addenda."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from assistant.core import commands as c
from assistant.core.answer import Answer, Evidence
from assistant.core.letter_frame import Frame
from assistant.core.problem import Refused
from assistant.letter import Letter, annex, json_text, letter_to_json, signing_text, to_markdown, to_text
from assistant.letter.sections import case_summary, quoted_once, rationale
from assistant.log import Log
from assistant.review.determination import compose_from_log
from assistant.review.review import Review
from tests.letter.reviewing import NAME, answer, determine, letter_of, sign

SCHEMA = Path(__file__).parents[2] / "schemas" / "output" / "letter.schema.json"
FORMS: list[Callable[[Letter], str]] = [to_text, to_markdown, json_text]
TITLE = "Independent Medical Review: final determination"


def valid(letter: Letter) -> Any:
    value = json.loads(json_text(letter))
    checker().validate(value)
    return value


@cache
def checker() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text()))


def flat(text: str) -> str:
    return " ".join(text.split())


# -- its life -------------------------------------------------------------------------------------


def test_an_untouched_session_is_a_draft_that_says_what_is_missing(review: Review) -> None:
    letter = letter_of(review)
    text = to_text(letter)
    assert text.startswith("DRAFT - not a determination\nPRACTICE - not a determination\n\n" + TITLE)
    assert "Outcome: Undecided" in text
    assert "The reviewer's qualifications are not on record in this session." in flat(text)
    assert "Still missing" in text
    value = valid(letter)
    assert {"item": "case", "prompt": "qualifications"} in value["missing"]
    assert {"item": "1", "prompt": "determination"} in value["missing"]
    assert (value["status"], value["kind"], value["outcome"]) == ("open", "practice", None)


def test_an_open_part_is_named_by_its_path(review: Review, reference: dict[str, Any]) -> None:
    answer(review, {"case": {"conflict": "none", "documents": "complete", "timeline": "confirmed"}})
    parts = {"certification": "Occupational Medicine", "licence": "California", "years": 6}
    answers = review.session.prompt("case", "qualifications").schema
    from assistant.core.answer_reader import read_answer

    review.perform(c.RecordAnswer("case", "qualifications", read_answer(answers, parts, "q")))
    letter = letter_of(review)
    assert {"item": "case", "prompt": "qualifications.hours"} in valid(letter)["missing"]
    assert "has been in active clinical practice for 6 years." in flat(to_text(letter))


def test_a_draft_stays_closed_until_the_item_is_answered(review: Review, reference: dict[str, Any]) -> None:
    assert "Decision rationale: This item is not decided" in to_text(letter_of(review))
    answer(review, reference["answers"])
    text = flat(to_text(letter_of(review)))
    assert "drafted for the suggested decision, Upheld (treatment not approved)" in text
    assert "Therefore, the request is not medically necessary." in text
    assert valid(letter_of(review))["missing"] == [{"item": "1", "prompt": "determination"}]


def test_who_decides_first_sees_no_draft_before(
    begin: Callable[..., Review], reference: dict[str, Any]
) -> None:
    review = begin(decide_first=True)
    answer(review, reference["answers"])
    assert "not medically necessary" not in flat(to_text(letter_of(review)))
    review.perform(c.DecideFirst("1", "upheld"))
    assert "not medically necessary" in flat(to_text(letter_of(review)))


def test_a_signed_letter_is_the_text_that_was_signed(finished: Review) -> None:
    letter = letter_of(finished)
    text = to_text(letter)
    assert finished.session.signed is not None
    assert "DRAFT" not in text
    assert "NOT THE TEXT" not in text
    assert "Still missing" not in text
    assert letter.body in text
    assert hashlib.sha256(letter.body.encode()).hexdigest() == finished.session.signed.letter
    assert "Signed by the reviewer on" in text
    assert valid(letter)["outcome"] == "uphold"


def test_the_signed_text_is_the_same_before_and_after(decided: Review) -> None:
    decided.perform(c.AttestAbsences())
    before = signing_text(decided.session, decided.assess)
    sign(decided)
    decided.perform(c.AddAddendum("A page arrived later."))
    assert signing_text(decided.session, decided.assess) == before
    text = to_text(letter_of(decided))
    assert "Addendum 1: A page arrived later. [the reviewer's own words; no page cited]" in flat(text)
    assert "NOT THE TEXT" not in text


def test_a_letter_unlike_the_signed_one_says_so(decided: Review) -> None:
    decided.perform(c.Sign("0" * 64, "uphold", "The decision is mine."))
    assert to_text(letter_of(decided)).startswith("NOT THE TEXT THAT WAS SIGNED")


def test_the_head_is_that_of_the_signature(signed: Review, log: Log) -> None:
    entries = log.read(signed.session.id)
    at = next(entry for entry in entries if entry.kind == "session.signed")
    signed.perform(c.AddAddendum("A page arrived later."))
    letter = letter_of(signed)
    assert (letter.log.events, letter.log.head, letter.log.signed_at) == (at.seq, at.prev, at.ts)
    assert valid(letter)["log"] == {"events": at.seq, "head": at.prev}
    assert at.prev in to_text(letter)


def test_a_declined_review_is_no_determination(answered: Review) -> None:
    answered.perform(c.Decline("conflict", "I have treated the applicant."))
    letter = letter_of(answered)
    text = to_text(letter)
    assert flat(text).startswith(
        "DECLINED - not a determination: a conflict of interest. I have treated the applicant."
    )
    assert "not medically necessary" not in flat(text)
    assert valid(letter)["missing"] == []
    assert "final determination" not in text
    assert "Checks of plain fact" not in text
    note = flat(to_text(letter, "determination"))
    assert "Note to the independent review organization: the review was declined" in note
    assert "The ground: a conflict of interest. The reviewer's reason: I have treated the applicant." in note
    assert "- 1. Radiographs of the cervical spine" in note
    assert "appeal" not in note


@pytest.mark.parametrize(
    ("mode", "banner"), [("real", ""), ("training", "TRAINING - not a determination\n\n")]
)
def test_the_kind_is_always_said(
    begin: Callable[..., Review], reference: dict[str, Any], mode: str, banner: str
) -> None:
    review = begin(mode=mode)
    answer(review, reference["answers"])
    determine(review)
    sign(review)
    assert to_text(letter_of(review)).startswith(banner + TITLE)


# -- what it says ---------------------------------------------------------------------------------


def test_the_sections_are_those_of_a_determination_and_of_its_record(finished: Review) -> None:
    titles: dict[str, list[str]] = {}
    for section in letter_of(finished).sections:
        titles.setdefault(section.part, []).append(section.title)
    assert titles == {
        "determination": [
            "The decision and its main reason",
            "How the determination was made",
            "Documents reviewed",
            "Clinical case summary",
            "Issues, decisions and rationales",
            "Effect of this determination, and how to appeal",
        ],
        "record": [
            "What the case file does not state",
            "Guidelines that were not yet verified",
            "How the documents were used",
            "Where each sentence of the rationale comes from",
            "Search for what was not found",
            "What the answers rest on",
            "Read before the signature",
            "Checks of plain fact",
            "Signature",
        ],
    }


@pytest.mark.parametrize("form", FORMS)
def test_each_document_stands_by_itself_and_both_carry_one_digest(
    finished: Review, form: Callable[..., str]
) -> None:
    letter = letter_of(finished)
    sent, proof, both = form(letter, "determination"), form(letter, "record"), form(letter, "both")
    assert both == form(letter)
    assert all(letter.body_hash in text for text in (sent, proof, both))
    for words, there in (("Clinical case summary", sent), ("Checks of plain fact", proof)):
        assert [words in text for text in (sent, proof, both)] == [there is sent, there is proof, True]


def test_what_is_sent_has_no_word_of_the_program(finished: Review) -> None:
    text = flat(to_text(letter_of(finished), "determination"))
    said = text.split("Prepared with decision-support software")[0]
    assert not re.search(r"not yet verified|own words|[a-z]_[a-z]|[a-z]-2014-|criteri|prompt", said)
    assert "[document 2, page 1]" in said
    assert not re.search(r"session|entry|log", text.split("Prepared")[1], re.IGNORECASE)


def test_the_decision_and_its_reason_come_first(finished: Review) -> None:
    letter = letter_of(finished)
    lines = to_text(letter, "determination").splitlines()
    first = flat(" ".join(lines[:24]))
    assert "Upheld (treatment not approved) As noted in the MTUS-adopted ACOEM neck guideline" in first
    (box,) = letter.sections[0].blocks
    assert box.sentences[1] in letter.sections[4].sentences


def test_the_effect_and_the_appeal_are_told(finished: Review) -> None:
    text = flat(to_text(letter_of(finished), "determination"))
    assert "The claims administrator's decision stands: what was requested is not approved." in text
    assert "binding on all parties (Labor Code section 4610.6(g))" in text
    assert "within 30 days of the day on which this determination was mailed" in text
    assert text.count("finding of fact, express or implied") == 1


def test_the_decision_stands_with_its_consequence_and_guidelines(finished: Review) -> None:
    text = flat(to_text(letter_of(finished)))
    assert "extension views): Upheld (treatment not approved)" in text
    assert "Outcome: Uphold (treatment not approved)" in text
    assert "Claims administrator guideline: Decision of April 20, 2014 based on MTUS ACOEM Chapter 8" in text
    mtus, others = text.index("MTUS guidelines relied on:"), text.index("Non-MTUS citations relied on:")
    assert mtus < others < text.index("Decision rationale:")
    assert "Table 8-8, p. 182: not yet verified against the guideline." in text


def test_documents_are_listed_with_what_became_of_them(decided: Review) -> None:
    decided.perform(c.OpenPage("progress-note-2014-07-17", 2))
    text = flat(to_text(letter_of(decided)))
    assert (
        "Progress note, attending provider, July 17, 2014, 2 pages (progress-note-2014-07-17): "
        "page 2 opened in this session; searched; pages 1, 2 cited."
    ) in text
    rows = {row["id"]: row for row in valid(letter_of(decided))["documents_reviewed"]}
    assert rows["progress-note-2014-07-17"]["opened"] == [2]
    assert rows["ur-report-2014-04-20"]["ur_report"] is True


def test_the_summary_goes_from_old_to_new_with_its_pages(finished: Review) -> None:
    summary = next(one for one in letter_of(finished).sections if one.title == "Clinical case summary")
    facts = [one.facts[0] for one in summary.sentences if one.facts]
    assert facts == ["opening.1", "opening.2", *(f"timeline.{n}" for n in range(1, 8))]
    dated = [one for one in summary.sentences if one.key.startswith("timeline:")]
    assert all(one.evidence and re.search(r"\[document \d, page \d\]$", one.text) for one in dated)


def test_every_absence_names_its_prompt_and_whether_it_is_attested(decided: Review) -> None:
    def annex() -> Any:
        return next(one for one in letter_of(decided).sections if one.title.startswith("Search"))

    before = [one for one in annex().sentences if one.prompts]
    assert all("[not attested]" in one.text for one in before)
    flags = next(one for one in before if "red_flags.tumor" in one.prompts)
    assert "fracture or dislocation; infection; tumor;" in flags.text
    decided.perform(c.AttestAbsences())
    assert not any("[not attested]" in one.text for one in annex().sentences)
    assert "the 5 documents received (6 pages)" in annex().sentences[0].text


@pytest.mark.parametrize("stage", ["review", "answered", "decided", "finished"])
def test_every_sentence_has_a_source(stage: str, request: pytest.FixtureRequest) -> None:
    letter = letter_of(request.getfixturevalue(stage))
    assert [one for one in letter.sentences if not one.sourced] == []
    assert all(one.text.strip() for one in letter.sentences)
    valid(letter)


def test_an_edited_sentence_is_marked_as_the_reviewers(decided: Review) -> None:
    one = decided.assess("1").sentences[0]
    decided.perform(c.EditSentence("1", one.key, one.text, "The request is for films after a fall."))
    letter = letter_of(decided)
    mark = "[the reviewer's own words; no page cited for “films after a fall”]"
    assert f"films after a fall. {mark} As noted in" in flat(to_text(letter))
    assert "Sentence 1: the reviewer's own words, on answers prior_surgery" in flat(to_text(letter))
    assert valid(letter)["items"][0]["rationale"][0]["origin"] == "reviewer"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stage", ["review", "finished"])
def test_the_reviewers_name_is_nowhere(
    stage: str, form: Callable[[Letter], str], request: pytest.FixtureRequest
) -> None:
    text = form(letter_of(request.getfixturevalue(stage)))
    assert NAME not in text
    assert NAME.split()[-1] not in text


@pytest.mark.parametrize("stage", ["review", "decided", "finished"])
def test_no_line_is_wider_than_a_terminal(stage: str, request: pytest.FixtureRequest) -> None:
    lines = to_text(letter_of(request.getfixturevalue(stage))).splitlines()
    assert max(map(len, lines)) <= 80


# -- the same session, the same bytes -------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_same_session_gives_the_same_bytes(
    finished: Review, kept: Path, form: Callable[[Letter], str]
) -> None:
    at_work = form(letter_of(finished))
    with Log.open(kept, write=False) as reader:
        assert form(compose_from_log(reader, "last")) == at_work
        assert form(compose_from_log(reader, finished.session.id[:8])) == at_work


def test_the_same_answers_give_the_same_signed_text(
    finished: Review, begin: Callable[..., Review], reference: dict[str, Any]
) -> None:
    other = begin()
    answer(other, reference["answers"])
    determine(other)
    sign(other)
    assert letter_of(other).body == letter_of(finished).body


def test_flags_read_alike_at_work_and_replayed(
    begin: Callable[..., Review], reference: dict[str, Any], path: Path
) -> None:
    """The log keeps the parts of an answer by name; the letter has them in the order of the question."""
    review = begin()
    flags = (
        "fracture",
        "infection",
        "tumor",
        "neurologic_deficit",
        "cord_compromise",
        "vascular",
        "referred",
    )
    answers = {**reference["answers"]}
    answers["1"] = {**answers["1"], "red_flags": dict.fromkeys(flags, "yes")}
    answer(review, answers)
    determine(review, "overturned")
    sign(review)
    with Log.open(path, write=False) as reader:
        letter = compose_from_log(reader, review.session.id)
    assert not any("NOT THE TEXT" in line for line in letter.banner)
    assert to_text(letter) == to_text(letter_of(review))


def test_a_letter_is_read_without_the_case_folder(
    finished: Review, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.review.determination.pages_of", lambda session: {})
    with Log.open(kept, write=False) as reader:
        letter = compose_from_log(reader, "last")
    assert "is not in the case folder as it was" in flat(to_text(letter))
    assert not any("NOT THE TEXT" in line for line in letter.banner)
    assert letter.body == letter_of(finished).body


# -- JSON -----------------------------------------------------------------------------------------


def test_what_is_closed_to_the_reviewer_is_closed_in_json(review: Review, reference: dict[str, Any]) -> None:
    flags = reference["answers"]["1"].pop("red_flags")
    answer(review, reference["answers"])
    (item,) = valid(letter_of(review))["items"]
    assert {one["state"] for one in item["findings"]} == {"undetermined"}
    assert not any(one["stands"] or one["rebutted_by"] for one in item["findings"])
    assert (item["rationale"], item["would_change"]) == ([], [])
    assert item["suggestion"] == {key: [] for key in ("because", "dissent", "rests_on", "settle")} | {
        "decision": None,
        "why": "open",
    }
    answer(review, {"1": {"red_flags": flags}})
    (item,) = valid(letter_of(review))["items"]
    assert {one["state"] for one in item["findings"]} > {"met", "not_met"}
    assert item["suggestion"]["decision"] == "upheld"
    assert item["rationale"]


def test_json_keeps_its_contract(finished: Review) -> None:
    value = valid(letter_of(finished))
    assert value == letter_to_json(letter_of(finished))
    (item,) = value["items"]
    assert item["suggestion"]["decision"] == "upheld"
    assert item["determination"] == {"decision": "upheld", "departs": False, "reason": ""}
    assert item["answers"]["duration"]["value"] == 76
    flags = item["answers"]["red_flags"]
    assert (flags["status"], flags["value"]) == ("not_documented", None)
    assert flags["parts"]["tumor"] == {"status": "not_documented", "value": None, "evidence": []}
    assert {change["decision"] for change in item["would_change"]} == {"overturned"}
    assert value["case_answers"]["conflict"]["value"] == "none"
    (check,) = value["checks"]
    assert check["check"] == "later-study"
    assert check["acknowledged"] == "Parties may add records after the decision."


def test_an_answer_that_was_set_aside_is_not_in_it(review: Review, reference: dict[str, Any]) -> None:
    answer(review, reference["answers"])
    prompt = review.session.prompt("1", "prior_surgery")
    from assistant.core.answer_reader import read_answer

    none = read_answer(prompt.schema, "none", "prior_surgery")
    review.perform(c.RecordAnswer("1", "prior_surgery", none, reason="I misread the note."))
    value = valid(letter_of(review))
    assert "films_since_surgery" not in value["items"][0]["answers"]


# -- what is not said twice -----------------------------------------------------------------------


def test_a_quote_stands_once_beside_a_sentence() -> None:
    fall, toe = "page 1 “did not fall”", "page 2 “weak toe”"
    told = [
        ("Any injury? ", fall),
        ("", toe),
        ("Any red flag? ", toe),
        ("Any fall? ", fall),
        ("Any injury? ", "page 3"),
    ]
    assert quoted_once(told) == [("", toe), ("Any injury? ", fall), ("", "page 3")]
    assert quoted_once([]) == []


def test_nobody_confirms_a_timeline_that_holds_nothing(answered: Review) -> None:
    session, frame = answered.session, answered.session.frame()
    bare = msgspec.structs.replace(session.rules.case, timeline=())
    empty = msgspec.structs.replace(session, rules=msgspec.structs.replace(session.rules, case=bare))

    def last(of: Frame) -> str:
        return case_summary(empty, of).blocks[-1].sentences[0].text

    assert last(frame) == "The case file lists no event."
    assert "confirmed" in case_summary(session, frame).blocks[-1].sentences[0].text
    before = msgspec.structs.replace(frame, first=frozenset({"summary.empty"}))
    assert last(before) == frame.say("summary.confirmed")


def test_why_an_answer_changed_stands_in_the_record_and_beside_its_sentence(decided: Review) -> None:
    review, reason = decided, "The visit of July tells of more pain."
    review.perform(c.ShowSuggestion("1", "upheld", "carried"))
    cited = Evidence("progress-note-2014-07-17", 1, "The patient reports pain in several places")
    worse = Answer(value="yes", evidence=(cited,))
    for vain in ("", "Read it again."):
        with pytest.raises(Refused):
            review.perform(c.RecordAnswer("1", "changed_since", worse, reason=vain))
    review.perform(c.RecordAnswer("1", "changed_since", worse, reason=reason))
    frame = review.session.frame()
    section = annex.changed(review.session, frame)
    assert section is not None
    (told,) = section.sentences
    assert (
        told.text
        == f"Have symptoms or findings changed since the last films? not documented, then Yes. The reviewer: {reason}"
    )
    marked = [one for one in rationale("1", review.assess, frame) if "have changed" in one.text]
    assert [f"[amended; the reviewer's reason: {reason}]" in one.mark for one in marked] == [True]
    was = review.session.changes[0].was
    assert was is not None
    review.perform(c.RecordAnswer("1", "changed_since", was, reason="It is the pain of May."))
    assert "amended" not in " ".join(one.mark for one in rationale("1", review.assess, frame))
    section = annex.changed(review.session, frame)
    assert section is not None
    assert len(section.sentences) == 2
