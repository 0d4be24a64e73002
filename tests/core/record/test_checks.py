"""Plain-fact checks: the first published example raises one, and each kind of slip raises its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from assistant import library
from assistant.core import events as e
from assistant.core import yaml
from assistant.core.answer_reader import read_answer
from assistant.core.dates import PartialDate
from assistant.core.rationale import assess
from assistant.core.record.checks import Check, Sentence, checks
from assistant.core.rules.rules import Rules, Sources, read_rules
from assistant.core.session import Session, begin, effective_date, fold
from assistant.core.value import replace
from assistant.library import letter_words
from tests import earlier

CASE = library.find_case("cervical-radiographs-after-fusion")
SOURCES = earlier.sources()
REFERENCE = yaml.parse_yaml(library.read_text(CASE.path / "reference.yaml"), "reference.yaml").data


@dataclass(frozen=True)
class Said:
    key: str
    text: str
    origin: str = "drafted"


UPHELD = (
    "The request represents a request for plain film radiographs of the cervical spine following earlier "
    "cervical fusion surgery at C4-C5 and C5-C6 in February 2014.",
    "As noted in the MTUS-adopted ACOEM Guidelines (Chapter 8, Table 8-8, page 182), routine radiography of "
    "the cervical spine is not recommended where red flags are absent; no red flag was found.",
    "In this case, while there might have been some support for radiography, given the history of cervical "
    "fusion, no statement was found in the records reviewed of what was sought or suspected.",
    "No statement was found of how the attending provider had interpreted the x-rays of the neck of July 12 "
    "and August 4, 2014, which showed hardware from C4 through C6 without loosening.",
    "On May 10, 2014, the applicant was placed off work; the July 2014 note speaks of the upper extremities.",
    "While the American College of Radiology (Appropriateness Criteria, Chronic Neck Pain, 2013) "
    "acknowledges that flexion and extension radiographs can show instability or pseudarthrosis, neither was "
    "suspected.",
    "Therefore, the request is not medically necessary.",
)


def drafted(*texts: str) -> Mapping[str, tuple[Sentence, ...]]:
    return {"1": tuple(Said(f"s{n}", text) for n, text in enumerate(texts or UPHELD))}


def rules(change: Callable[[str], str] = str, rule: Callable[[str], str] = str) -> Rules:
    prompts = {**SOURCES.prompts, "cervical-radiography": rule(SOURCES.prompts["cervical-radiography"])}
    return read_rules(change(CASE.text), CASE.page_counts, Sources(prompts, SOURCES.schemas))


def reviewed(
    under: Rules | None = None, answers: Mapping[str, Any] | None = None, decision: str | None = "upheld"
) -> Session:
    """The case answered as in its reference, but for `answers`; one that is None is left out."""
    under = under or rules()
    opened = e.SessionOpened(
        mode="practice",
        reviewer="r-1",
        tool="test",
        decide_first=False,
        profile={},
        pins={},
        documents={},
        items={},
    )
    given = {"case": REFERENCE["answers"]["case"], "1": {**REFERENCE["answers"]["1"], **(answers or {})}}
    events: list[e.Event] = [
        e.AnswerRecorded(scope, name, read_answer(under.sets[scope].prompts[name].schema, raw, name))
        for scope, named in given.items()
        for name, raw in named.items()
        if raw is not None
    ]
    if decision:
        events.append(e.DeterminationRecorded("1", decision, "upheld", decision != "upheld", "As published."))
    return fold(begin("s", under, opened, frame=letter_words(library.letter_texts())), events)


def raised(session: Session, *texts: str, pages: bool = True) -> list[Check]:
    return list(checks(session, drafted(*texts), CASE.pages if pages else None))


def of(kind: str, found: list[Check]) -> list[Check]:
    return [check for check in found if check.check == kind]


def edited(text: str, session: Session | None = None) -> list[Check]:
    session = fold(session or reviewed(), [e.SentenceEdited("1", "s3", UPHELD[3], text)])
    texts = [text if n == 3 else said for n, said in enumerate(UPHELD)]
    return of("unborne-fact", raised(session, *texts))


# -- the published example ------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [True, False])
def test_the_published_example_raises_the_later_studies_and_nothing_else(pages: bool) -> None:
    (check,) = raised(reviewed(), pages=pages)
    assert (check.check, check.item, check.severity) == ("later-study", "1", "warning")
    assert check.facts == (
        "study 1: Radiographs, July 12, 2014 (xray-report-2014-07-12:1)",
        "study 2: Radiographs, August 4, 2014 (xray-report-2014-08-04:1)",
        "request: no date in the case file",
        "utilization review decision: April 20, 2014 (ur-report-2014-04-20:1)",
    )


def test_the_programs_own_draft_of_it_raises_no_more() -> None:
    session = reviewed()
    found = checks(session, {"1": assess(session, "1").sentences}, CASE.pages)
    assert [check.check for check in found] == ["later-study"]


def test_checks_are_the_same_each_time() -> None:
    assert raised(reviewed()) == raised(reviewed())


@pytest.mark.parametrize(
    "text",
    [
        "The films of June and August 2014 were not interpreted.",
        "How he had interpreted the previous x-rays of the cervical spine performed in June and August 2014, "
        "respectively, was not stated.",
        "The films of june and august 2014 were not interpreted.",
        "The films of June 2014 and August 4, 2014 were not interpreted.",
    ],
)
def test_an_edit_with_june_and_august_names_june(text: str) -> None:
    (check,) = edited(text)
    assert "June 2014" in check.message
    assert "August" not in check.message
    assert "the edited sentence says: June 2014" in check.facts
    assert "timeline: July 12, 2014 (xray-report-2014-07-12:1)" in check.facts
    assert "timeline: August 4, 2014 (xray-report-2014-08-04:1)" in check.facts


def test_an_edit_with_june_and_august_of_no_year_names_june() -> None:
    (check,) = edited("The films of June and August were not interpreted.")
    assert check.facts[0] == "the edited sentence says: June"


# -- later-study ----------------------------------------------------------------------------------


def test_a_later_study_is_shown_before_a_decision_and_not_when_the_treatment_is_approved() -> None:
    assert of("later-study", raised(reviewed(decision=None)))
    assert not of("later-study", raised(reviewed(decision="overturned")))


@pytest.mark.parametrize(
    ("decided", "requested", "studies"),
    [
        ("2014-08-20", "", 0),
        ("2014-08-04", "", 0),
        ("2014-08", "", 0),
        ("2014-07", "", 1),
        ("2014-08-03", "", 1),
        ("2014-08-20", "2014-07-12", 1),
        ("2014-08-20", "2014-07-01", 2),
        ("2014", "", 0),
    ],
)
def test_a_study_is_later_only_where_its_date_surely_is(decided: str, requested: str, studies: int) -> None:
    def change(text: str) -> str:
        text = text.replace("      date: 2014-04-20\n", f"      date: {decided}\n")
        return (
            text.replace(
                "    region: cervical spine\n    prompt_set",
                f"    request_date: {requested}\n    region: cervical spine\n    prompt_set",
            )
            if requested
            else text
        )

    found = of("later-study", raised(reviewed(rules(change))))
    assert sum(fact.startswith("study") for check in found for fact in check.facts) == studies
    assert len(found) == bool(studies)


def test_an_operation_after_the_refusal_is_asked_about() -> None:
    operation = {"procedure": "fusion", "levels": ["C4-C5", "C5-C6"], "date": "2014-05-02"}
    (check,) = of("later-study", raised(reviewed(answers={"prior_surgery": operation})))
    assert check.facts[0] == "prior surgery: Fusion, with or without discectomy, May 2, 2014"
    assert check.message.startswith("A prior surgery/study dated after the request or the utilization review")


def test_a_corrected_date_raises_the_check_anew() -> None:
    first = of("later-study", raised(reviewed()))[0]
    later = of(
        "later-study",
        raised(
            reviewed(rules(lambda text: text.replace("      date: 2014-04-20\n", "      date: 2014-04-21\n")))
        ),
    )[0]
    assert first.key != later.key


# -- unborne-fact ---------------------------------------------------------------------------------


def test_an_edit_that_no_fact_bears_is_named() -> None:
    for text, named in [
        ("The fusion of February 2013 is old.", "February 2013"),
        ("Films were made on July 13, 2014.", "July 13, 2014"),
        ("The fusion at C6-C7 is sound.", "C6-C7"),
        ("The fusion from C3 through C6 is sound.", "C3 through C6"),
        ("The right shoulder hurts.", "right shoulder"),
        ("The lumbar spine was imaged.", "lumbar"),
        ("The ACOEM chapter on Low Back Complaints decides.", "Low Back"),
        ("Nothing has been done since 2011.", "2011"),
    ]:
        (check,) = edited(text)
        assert named in check.message
        assert check.severity == "warning"


def test_an_edit_that_the_case_bears_raises_nothing() -> None:
    for text in [
        "The films of July 2014 and of August 4 were read by a radiologist.",
        "Hardware at C4-6, C4/5 and C5-6; the C5 body is fused.",
        "The neck, and the C-spine, were imaged in 2014.",
        "MTUS ACOEM Chapter 8, Neck and Upper Back Complaints, and the ACR of 2013 were consulted.",
        "The applicant has the right to appeal; nothing is left to add; it may be so.",
        "The injury is dated 10/31/2012.",
        "The operation of February left the neck stiff.",
    ]:
        assert edited(text) == []


def test_a_wrong_date_in_the_draft_itself_is_found() -> None:
    (check,) = of("unborne-fact", raised(reviewed(), "The x-rays of June 3, 2014 were reviewed."))
    assert check.facts[0] == "the draft says: June 3, 2014"


@pytest.mark.parametrize(("day", "raises"), [("{}", False), ("June3, 2014", True)])
def test_a_day_whose_words_were_read_as_one_is_that_day(day: str, raises: bool) -> None:
    session = reviewed()
    entry = next(one for one in session.rules.case.timeline if one.evidence and one.date.day)
    said = day.format(entry.date.prose().replace(" ", "", 1)).upper()
    held = {place.document: [f"SEEN ON {said}."] * 9 for place in entry.evidence}
    found = of("unborne-fact", list(checks(session, drafted(), {**CASE.pages, **held})))
    assert any(f"entry of {entry.date.prose()} says" in one.message for one in found) is raises


def test_a_guidelines_own_words_are_no_finding_in_the_draft_but_are_in_new_words() -> None:
    def rule(text: str) -> str:
        return text.replace(
            "Therefore, the request is not medically necessary.", "Films of the knee are another matter."
        )

    session = reviewed(rules(rule=rule))
    kept = drafted("Films of the knee are another matter.")
    assert not of("unborne-fact", list(checks(session, kept)))
    session = fold(session, [e.SentenceEdited("1", "s0", "Something else.", "The knee was imaged.")])
    assert of("unborne-fact", list(checks(session, drafted("The knee was imaged."))))


@pytest.mark.parametrize(
    "event",
    [
        e.NoteAdded("1", "prior_imaging", "Compare with the films of June 2014."),
        e.NoteAdded("case", "timeline", "Compare with the films of June 2014."),
        e.CriterionRuled("1", "routine-radiography", "accepted", "The films of June 2014 suffice."),
        e.DeterminationRecorded("1", "upheld", "upheld", False, "The films of June 2014 suffice."),
    ],
)
def test_notes_and_reasons_are_read_too(event: e.Event) -> None:
    (check,) = of("unborne-fact", raised(fold(reviewed(), [event])))
    assert "June 2014" in check.message


def test_the_note_of_an_answer_is_read_and_its_free_words_bear_nothing() -> None:
    noted = {"value": "no", "note": "There was a fall in June 2013."}
    (check,) = of("unborne-fact", raised(reviewed(answers={"acute_trauma": noted})))
    assert check.facts[0] == "the note on acute trauma says: June 2013"
    session = reviewed(answers={"sought": "Alignment, as compared with June 2013."})
    assert of("unborne-fact", raised(session, "The provider sought alignment as compared with June 2013."))


def test_a_reason_that_the_letter_prints_is_raised_once() -> None:
    reason = "The films of June 2014 suffice."
    session = fold(reviewed(), [e.DeterminationRecorded("1", "upheld", None, True, reason)])
    found = checks(session, {"1": (Said("departure", reason, "reviewer"),)})
    assert len(of("unborne-fact", list(found))) == 1


def test_what_only_a_page_says_is_borne_where_the_page_can_be_read() -> None:
    note = (*CASE.pages["progress-note-2014-05-10"], "Seen again in\nJune 2014 for the left knee.")
    pages = {**CASE.pages, "progress-note-2014-05-10": note}
    text = "Seen in June 2014 for the left knee."
    assert not of("unborne-fact", list(checks(reviewed(), drafted(text), pages)))
    assert of("unborne-fact", list(checks(reviewed(), drafted(text))))


# -- wrong-region ---------------------------------------------------------------------------------


def test_an_item_of_another_region_than_its_rules() -> None:
    def change(text: str) -> str:
        return text.replace(
            "    region: cervical spine\n    prompt_set", "    region: lumbar spine\n    prompt_set"
        )

    check = of("wrong-region", raised(reviewed(rules(change))))[0]
    assert check.facts == ("disputed item: lumbar spine", "prompt set: cervical spine")


@pytest.mark.parametrize("region", ["neck", "Cervical Spine", "C-spine", "cervical and thoracic spine"])
def test_a_region_under_another_name_is_the_same(region: str) -> None:
    def change(text: str) -> str:
        return text.replace(
            "    region: cervical spine\n    prompt_set", f"    region: {region}\n    prompt_set"
        )

    assert not of("wrong-region", raised(reviewed(rules(change))))


def cited(quote: str, document: str = "progress-note-2014-07-17", page: int = 1) -> Mapping[str, Any]:
    return {"value": "no", "evidence": [{"document": document, "page": page, "quote": quote}]}


def test_evidence_that_speaks_only_of_another_region() -> None:
    for quote, wrong in [
        ("MRI of the lumbar spine was normal", True),
        ("no trauma to L4-L5", True),
        ("the left knee was struck", True),
        ("lumbar and cervical strain", False),
        ("testing of the upper extremities", False),
        ("C5-C6 hardware", False),
        ("cumulative trauma at work", False),
    ]:
        session = reviewed(answers={"acute_trauma": cited(quote)})
        found = of("wrong-region", raised(session, pages=False))
        assert len(found) == wrong
        if wrong:
            assert f"“{quote}”" in " ".join(found[0].facts)


def test_a_cited_page_that_speaks_only_of_another_region() -> None:
    session = reviewed(answers={"acute_trauma": cited("no trauma")})
    pages = {
        **CASE.pages,
        "progress-note-2014-07-17": ("Low back pain; no trauma.", "Plan: x-rays of the neck."),
    }
    (check,) = of("wrong-region", list(checks(session, drafted(), pages)))
    assert check.facts[1] == "cited for acute trauma: “no trauma” (progress-note-2014-07-17:1)"


def test_an_answer_about_another_level() -> None:
    (check,) = of("wrong-region", raised(reviewed(answers={"suspected": "non-union at L4-L5"})))
    assert check.facts == ("disputed item: cervical spine", "answer, suspected: non-union at L4-L5")


# -- edition-out-of-force -------------------------------------------------------------------------


def governed(date: str) -> Rules:
    return rules(
        lambda text: text.replace("      date: 2014-04-20\n", f"      date: {date}\n" if date else "")
    )


def test_an_edition_counts_on_the_date_that_governs() -> None:
    for date, first, words in [
        ("2014-04-20", None, ""),
        ("2017-11-30", None, ""),
        ("2017-12-01", "MTUS", "argues nothing"),
        ("2012-12-31", "American College", "argues nothing"),
        ("2017", "MTUS", "can't be told"),
        ("", "MTUS", "can't be told"),
    ]:
        found = of("edition-out-of-force", raised(reviewed(governed(date))))
        assert len(found) == (first is not None)
        if first is not None:
            assert words in found[0].message
            assert found[0].facts[0].startswith("date that governs: ")
            assert first in found[0].facts[1]


def test_an_edition_that_a_later_one_of_the_same_source_replaces_is_not_missed() -> None:
    later = """  mtus-neck-2016:
    tier: mtus
    source: ACOEM Practice Guidelines, Cervical and Thoracic Spine Disorders
    edition: 2016
    locator: Radiographs
    name: the MTUS-adopted ACOEM Guidelines of 2016
    in_force: {from: 2017-12-01}
    verified: false
"""
    rule = """  - id: later-edition
    cite: mtus-neck-2016
    when: {red_flags: none_found}
    argues: against
    says: "{{ citation }} advises against routine films."
"""

    def replaced(text: str) -> str:
        return text.replace("  acr-neck-2013-1:\n", later + "  acr-neck-2013-1:\n", 1).replace(
            "criteria:\n", "criteria:\n" + rule, 1
        )

    under = rules(lambda text: text.replace("      date: 2014-04-20\n", "      date: 2018-01-01\n"), replaced)
    assert not of("edition-out-of-force", raised(reviewed(under)))


def test_a_criterion_ruled_inapplicable_needs_no_edition() -> None:
    session = reviewed(governed("2017-12-01"))
    ruled = [
        e.CriterionRuled("1", name, "inapplicable", "Post-operative.")
        for name in ("routine-radiography", "red-flag")
    ]
    assert not of("edition-out-of-force", raised(fold(session, ruled)))


def test_the_governing_date_is_the_one_that_the_set_names() -> None:
    assert effective_date(reviewed(), "1") == PartialDate(2014, 4, 20)
    assert effective_date(reviewed(governed("")), "1") is None
    by_request = rules(rule=lambda text: text.replace("governed_by: ur_decision", "governed_by: request"))
    assert effective_date(reviewed(by_request), "1") is None


# -- implied-finding ------------------------------------------------------------------------------


def test_a_premise_without_an_answer_blocks() -> None:
    (check,) = of("implied-finding", raised(reviewed(answers={"red_flags": None})))
    assert (check.item, check.severity) == ("1", "blocking")
    assert check.facts == ("Which red flags does the record show?: not answered",)


def test_a_part_without_an_answer_blocks() -> None:
    (check,) = of("implied-finding", raised(reviewed(answers={"red_flags": {"tumor": "no"}})))
    assert check.facts == ("Which red flags does the record show?: not fully answered",)


def test_a_question_that_is_properly_not_asked_is_no_premise() -> None:
    without = {"prior_surgery": "none", "films_since_surgery": None, "instability_suspected": None}
    assert not of("implied-finding", raised(reviewed(answers=without)))


def test_the_questions_about_the_case_are_premises_too() -> None:
    session = fold(reviewed(), [e.AnswerWithdrawn("case", "conflict")])
    (check,) = of("implied-finding", raised(session))
    assert check.item == "case"


# -- ur-report-only -------------------------------------------------------------------------------


def from_the_report(raw: Any) -> Any:
    """The answer with every page cited turned into one of the utilization review report."""
    if isinstance(raw, Mapping):
        if "document" in raw:
            return {"document": "ur-report-2014-04-20", "page": 1}
        return {key: from_the_report(value) for key, value in raw.items()}
    return [from_the_report(value) for value in raw] if isinstance(raw, list) else raw


def test_a_decision_on_the_utilization_review_report_alone() -> None:
    answers = {name: from_the_report(raw) for name, raw in REFERENCE["answers"]["1"].items()}
    (check,) = of("ur-report-only", raised(reviewed(answers=answers)))
    assert "9792.10.6(b)(2)" in check.message
    assert check.facts[0] == "utilization review report: Utilization review report (ur-report-2014-04-20)"
    assert "not cited: Progress note (progress-note-2014-05-10)" in check.facts


def test_one_page_of_another_document_is_enough() -> None:
    answers = {
        name: from_the_report(raw) for name, raw in REFERENCE["answers"]["1"].items() if name != "views"
    }
    assert not of("ur-report-only", raised(reviewed(answers=answers)))


def test_a_file_that_holds_nothing_else() -> None:
    session = reviewed()
    case = session.rules.case
    alone = replace(case, documents={name: doc for name, doc in case.documents.items() if doc.is_ur_report})
    session = replace(session, rules=replace(session.rules, case=alone))
    (check,) = of("ur-report-only", raised(session))
    assert "holds no other document" in check.message


# -- impossible-combination -----------------------------------------------------------------------


def test_answers_that_cannot_be_together() -> None:
    (check,) = of("impossible-combination", raised(reviewed(answers={"prior_imaging": []})))
    assert "No imaging has been done" in check.message
    assert len(check.facts) == 2
    assert check.facts[0] == "Which imaging of the neck has been done, and how was it read?: none"


def test_no_films_since_the_operation_does_not_go_with_films_dated_after_it() -> None:
    session = reviewed(answers={"films_since_surgery": "none"})
    (check,) = of("computed-differs", raised(session))
    assert check.place == "1/films_since_surgery"
    assert "July 12, 2014 and August 4, 2014: after February 2014" in check.facts[-1]
    (check,) = of("impossible-combination", raised(replace(session, guard=1)))
    assert "July 12, 2014 and August 4, 2014: after February 2014" in check.facts[1], (
        "as before every finding was guarded"
    )


# -- keys and order -------------------------------------------------------------------------------


def test_checks_come_in_the_order_of_the_contract_and_have_distinct_keys() -> None:
    answers: dict[str, Any] = {
        "prior_imaging": [],
        "red_flags": None,
        "suspected": "non-union at L4-L5",
        "sought": "x",
    }
    session = reviewed(governed("2017-12-01"), answers)
    found = raised(session, "The films of June 2011 were reviewed.", "The films of June 2010 were reviewed.")
    kinds = list(dict.fromkeys(check.check for check in found))
    assert kinds == [
        "unborne-fact",
        "wrong-region",
        "edition-out-of-force",
        "implied-finding",
        "impossible-combination",
        "contradicted-case",
        "unsupported-finding",
        "computed-differs",
    ]
    assert len({(check.check, check.key) for check in found}) == len(found)
    assert all(check.message.endswith(".") and check.facts for check in found)


def test_an_untouched_session_raises_only_what_is_unanswered() -> None:
    opened = reviewed(decision=None)
    empty = begin("s", opened.rules, opened.opened)
    assert {(check.check, check.item) for check in checks(empty, {})} == {
        ("implied-finding", "case"),
        ("implied-finding", "1"),
    }
