"""The guard on findings, by answers files: what is false against the record is asked about, what is true is signed."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.answer import Dismissed, Evidence
from assistant.core.record.checks import addendum_check
from assistant.core.record.dismissed import beside_reasons
from assistant.core.record.own_words import belied_by, held, otherwise, own_words
from assistant.core.value import replace
from assistant.letter import annex
from assistant.letter.annex import rests_on
from assistant.letter.sections import rationale
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from assistant.review.views import unseen_lines

CASE = "cervical-radiographs-after-fusion"


@cache
def reference(case: str) -> dict[str, Any]:
    text = library.read_text(library.folder("casebank") / case / "reference.yaml")
    return dict(yaml.parse_yaml(text, "reference.yaml").data)


REFERENCE = reference(CASE)
FLAGS = "fracture infection tumor neurologic_deficit cord_compromise vascular referred".split()
FINDINGS = """OFFICE VISIT
Date of visit: June 3, 2014

There is a fracture of C6. Grip strength shows progressive weakness on the right.
Sustained clonus at both ankles. He was treated for lung cancer in 2011.
Fever to 101.2 since Monday. He was seen in the emergency department after a fall.
The surgeon suspects pseudarthrosis at C5-C6. The neck pain is worsening.
"""
DENIALS = """OFFICE VISIT
Date of visit: June 3, 2014

There is no fracture. He denies fever. No infection of the wound.
No chest pain. There was no fall. He has no history of cancer.
"""
IBUPROFEN = "Twelve visits of physical therapy and ibuprofen"
Change = Callable[[dict[str, Any]], Any]


def quoted(value: Any, quote: str, document: str = "chart", **more: Any) -> dict[str, Any]:
    return {"value": value, "evidence": [{"document": document, "page": 1, "quote": quote}], **more}


def run(
    tmp_path: Path, change: Change, chart: str = "", case: str = CASE, on: str = "2014-06-03", **more: Any
) -> tuple[Review, answers_file.RunOutcome]:
    """The review of the bundled case, with a note added to its records, by its reference with the item's answers changed."""
    folder = Path(shutil.copytree(library.find_case(case).path, tmp_path / "case"))
    if chart:
        (folder / "records" / "chart.txt").write_text(chart)
        listed = (folder / "case.yaml").read_text()
        entry = f"documents:\n  - {{id: chart, type: Progress note, date: {on}}}\n"
        (folder / "case.yaml").write_text(listed.replace("documents:\n", entry, 1))
    data = copy.deepcopy(reference(case))
    change(data["answers"]["1"])
    data.update(more)
    data.pop("published", None)
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(data))
    log = Log.open(tmp_path / "log.sqlite")
    review = Review.open(log, library.find_case(str(folder)), Profile("r-test"))
    made = answers_file.run_answers(review, answers_file.read_answers_file(file))
    review.close()
    log.close()
    return review, made


def names(review: Review) -> set[str]:
    return {one.check for one in review.checks() if (one.check, one.key) not in review.session.acknowledged}


def answer(**answers: Any) -> Change:
    return lambda given: given.update(answers)


def flags(**entries: Any) -> Change:
    return answer(red_flags={**dict.fromkeys(FLAGS, "not_documented"), **entries})


NOTHING = {"prior_surgery": "none", "films_since_surgery": None, "instability_suspected": None}
FALSE: dict[str, tuple[Change, str, str]] = {
    "no surgery, though the file has one": (answer(prior_surgery="none"), "", "contradicted-case"),
    "no imaging, though the file lists two": (answer(prior_imaging=[]), "", "contradicted-case"),
    "one of the two studies is left out": (
        lambda given: given.update(prior_imaging=given["prior_imaging"][:1]),
        "",
        "contradicted-case",
    ),
    "a fusion at another level": (
        lambda given: given["prior_surgery"]["value"].update(levels=["C6-C7"]),
        "",
        "contradicted-case",
    ),
    "a fusion of another year": (
        lambda given: given["prior_surgery"]["value"].update(date="2012-02"),
        "",
        "contradicted-case",
    ),
    "surgery not documented": (answer(prior_surgery="not_documented"), "", "contradicted-case"),
    "three weeks for seventy-six": (
        answer(duration=quoted(3, "Date of injury: October 31, 2012.", "ur-report-2014-04-20")),
        "",
        "computed-differs",
    ),
    "films that were never made": (answer(films_since_surgery="dynamic_clean"), "", "computed-differs"),
    "no films since the operation": (answer(films_since_surgery="none"), "", "computed-differs"),
    "views that are not requested": (answer(views=["lateral"]), "", "contradicted-case"),
    "every flag absent": (answer(red_flags=dict.fromkeys(FLAGS, "no")), "", "unsupported-finding"),
    "a bare no": (answer(acute_trauma="no"), "", "unsupported-finding"),
    "a bare yes": (answer(changed_since="yes"), "", "unsupported-finding"),
    "a bare affirmation in other words": (
        answer(instability_suspected="affirmed"),
        "",
        "unsupported-finding",
    ),
    "a bare denial in other words": (answer(instability_suspected="denied"), "", "unsupported-finding"),
    "a statement that nobody made": (answer(sought="To look for loosening."), "", "unsupported-finding"),
    "a page without its words": (
        answer(
            changed_since={"value": "yes", "evidence": [{"document": "progress-note-2014-07-17", "page": 1}]}
        ),
        "",
        "unsupported-finding",
    ),
    "no fracture, by the words that tell of one": (
        flags(fracture=quoted("no", "There is a fracture of C6.")),
        FINDINGS,
        "contradicted-denial",
    ),
    "no tumor, by a passage on something else": (
        flags(tumor=quoted("no", "Date of visit: June 3, 2014")),
        FINDINGS,
        "contradicted-denial",
    ),
    "not documented, though the note has it": (
        answer(red_flags="not_documented"),
        FINDINGS,
        "contradicted-absence",
    ),
    "no instability, though it is suspected": (
        answer(instability_suspected=quoted("denied", "The neck pain is worsening.")),
        FINDINGS,
        "contradicted-denial",
    ),
    "no trauma, though there was a fall": (
        answer(acute_trauma=quoted("no", "Grip strength shows progressive weakness on the right.")),
        FINDINGS,
        "contradicted-denial",
    ),
    "no infection, since fever alone is denied": (
        flags(infection=quoted("no", "He denies fever.")),
        DENIALS,
        "unsupported-finding",
    ),
    "no tumor, since cancer alone is denied": (
        flags(tumor=quoted("no", "He has no history of cancer.")),
        DENIALS,
        "unsupported-finding",
    ),
    "a fracture, by the words that deny one": (
        flags(fracture=quoted("yes", "There is no fracture.")),
        DENIALS,
        "unsupported-finding",
    ),
    "a fall, by words that deny one and others that say nothing of it": (
        answer(
            acute_trauma={
                "value": "yes",
                "evidence": [
                    {"document": "chart", "page": 1, "quote": "There was no fall."},
                    {"document": "chart", "page": 1, "quote": "Date of visit: June 3, 2014"},
                ],
            }
        ),
        DENIALS,
        "unsupported-finding",
    ),
    "unclear, though the note denies it": (flags(fracture="unclear"), DENIALS, "unsupported-finding"),
    "unclear, by the words that are clear": (
        flags(fracture=quoted("unclear", "There is a fracture of C6.")),
        FINDINGS,
        "unsupported-finding",
    ),
    "another entry by the words on this one": (
        flags(vascular=quoted("no", "There is no fracture.")),
        DENIALS,
        "unsupported-finding",
    ),
    "an operation by the utilization review report alone": (
        answer(
            surgery_contemplated=quoted(
                "yes", "Determination: the request is denied.", "ur-report-2014-04-20"
            )
        ),
        "",
        "unsupported-finding",
    ),
    "a fracture of another person": (
        flags(fracture=quoted("yes", "The other driver had a fracture of C6.")),
        "The other driver had a fracture of C6.",
        "unsupported-finding",
    ),
    "a fracture of another bone": (
        flags(fracture=quoted("yes", "There is a fracture of the tibia.")),
        "There is a fracture of the tibia. The neck is supple.",
        "unsupported-finding",
    ),
    "a denial by the utilization review report": (
        answer(acute_trauma=quoted("no", "Claimed condition: chronic neck pain.", "ur-report-2014-04-20")),
        "",
        "unsupported-finding",
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_against_the_record_is_asked_about(tmp_path: Path, name: str) -> None:
    change, chart, check = FALSE[name]
    review, made = run(tmp_path, change, chart)
    assert made.status == 1
    assert review.session.status == "open"
    assert check in names(review)
    assert any(problem.what.startswith(check) for problem in made.open)


NOTE, PLAN = "progress-note-2015-03-09", "L5-S1, one level, under fluoroscopy."


def planned(value: Any, quote: str = PLAN) -> dict[str, Any]:
    """An answer about the request, by the words of its plan."""
    return {"value": value, "evidence": [{"document": NOTE, "page": 2, "quote": quote}]}


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (answer(fluoroscopy="not_documented"), "contradicted-absence"),
        (answer(fluoroscopy=planned("no")), "contradicted-denial"),
        (answer(fluoroscopy="unclear"), "unsupported-finding"),
        (answer(levels="not_documented"), "contradicted-absence"),
        (answer(levels=planned(2)), "unsupported-finding"),
        (answer(route=planned("interlaminar", "a transforaminal epidural")), "unsupported-finding"),
        (answer(route=planned("interlaminar")), "unsupported-finding"),
        (answer(duration=quoted(12, "Naproxen for four months and", NOTE)), "computed-differs"),
    ],
)
def test_what_is_false_of_the_request_or_of_a_number_is_asked_about(
    tmp_path: Path, change: Change, check: str
) -> None:
    review, made = run(tmp_path, change, case="lumbar-epidural-first")
    assert made.status == 1
    assert review.session.status == "open"
    assert check in names(review)


@pytest.mark.parametrize("prompt", ["root_imaging", "root_test"])
def test_what_a_study_shows_is_not_had_by_a_search(tmp_path: Path, prompt: str) -> None:
    """That no root is compressed is a finding of a study, and no word of what the file doesn't hold."""
    review, made = run(tmp_path, answer(**{prompt: "clear"}), case="lumbar-epidural-first")
    assert made.status == 1
    assert review.session.status == "open"
    assert "unsupported-finding" in names(review)


def test_that_a_study_shows_no_root_is_cited(tmp_path: Path) -> None:
    chart = "Electrodiagnosis of the left leg, February 2, 2015: no radiculopathy."
    review, made = run(tmp_path, answer(root_test=quoted("clear", chart)), chart, "lumbar-epidural-first")
    assert (made.status, review.session.status) == (0, "signed")


def test_a_number_stands_beside_its_quote_before_the_signature_and_in_the_record(tmp_path: Path) -> None:
    chart = "The attending provider requests authorization."
    change = answer(levels=quoted(1, chart))
    review, _ = run(tmp_path, change, chart, case="lumbar-epidural-first", sign=False)
    line = f"“{chart}” (chart:1) · the answer: 1 level (At how many levels is it requested?)"
    assert any(one.endswith(line) for one in unseen_lines(review))
    section = rests_on(review.session, review.session.frame())
    assert section is not None
    told = [sentence.text for block in section.blocks for sentence in block.sentences]
    assert f"At how many levels is it requested? 1 level: chart:1 “{chart}”." in told


@pytest.mark.parametrize(
    ("change", "chart"),
    [
        (flags(fracture=quoted("no", "There is no fracture.")), DENIALS),
        (
            flags(
                infection={
                    "value": "no",
                    "evidence": [
                        {"document": "chart", "page": 1, "quote": "He denies fever."},
                        {"document": "chart", "page": 1, "quote": "No infection of the wound."},
                    ],
                }
            ),
            DENIALS,
        ),
        (answer(acute_trauma=quoted("no", "There was no fall.")), DENIALS),
        (answer(duration=76), ""),
        (flags(fracture="unclear"), ""),
        (flags(fracture=quoted("unclear", "A fracture can't be excluded.")), "A fracture can't be excluded."),
        (answer(films_since_surgery="undescribed_clean"), ""),
    ],
)
def test_what_the_record_bears_is_signed(tmp_path: Path, change: Change, chart: str) -> None:
    review, made = run(tmp_path, change, chart)
    assert [str(problem) for problem in made.open] == []
    assert review.session.status == "signed"


def test_a_reason_serves_where_the_check_stands_once(tmp_path: Path) -> None:
    acknowledge = {
        **REFERENCE["acknowledge"],
        "computed-differs": "The onset was in March 2014, as the note says.",
    }
    review, _ = run(
        tmp_path,
        answer(duration=quoted(3, "cumulative trauma at work", "progress-note-2014-07-17")),
        acknowledge=acknowledge,
    )
    assert review.session.status == "signed"


def test_of_several_each_place_has_its_reason(tmp_path: Path) -> None:
    change = answer(acute_trauma="no", changed_since="yes")
    alike = {**REFERENCE["acknowledge"], "unsupported-finding": "Read on the films themselves."}
    review, made = run(tmp_path / "a", change, acknowledge=alike)
    assert (review.session.status, len(made.open)) == ("open", 2)
    places = {"1/acute_trauma": "Told on the telephone.", "1/changed_since": "Told on the telephone."}
    review, _ = run(tmp_path / "b", change, acknowledge={**alike, "unsupported-finding": places})
    assert review.session.status == "signed"


BACK = "lumbar-mri-back-pain"
PLANS = ["Surgery is considered.", "We discussed a laminectomy at L4-5.", "Awaiting fusion at L5-S1."]


@pytest.mark.parametrize(
    "note",
    [
        *PLANS,
        "Plan: request authorization for a discectomy at L4-5.",
        "PLAN:\n1. Laminectomy at L4-5.",
        "Recommendations\n- Refill meds.\n- L4-5 discectomy",
    ],
)
def test_a_plan_stands_behind_no_yes_to_what_was_done(tmp_path: Path, note: str) -> None:
    plan = note.split("\n")[-1].lstrip("-1. ")
    change = answer(operated=quoted("yes", plan), plan=quoted("surgery", plan))
    review, _ = run(tmp_path, change, f"{note}\n", BACK)
    assert (names(review), review.session.status) == ({"unsupported-finding"}, "open")


@pytest.mark.parametrize(
    "done", ["Laminectomy at L4-5 in 2009.", "Status post discectomy; revision was recommended."]
)
def test_what_was_done_stands_behind_one(tmp_path: Path, done: str) -> None:
    change = answer(operated=quoted("yes", done), plan=quoted("surgery", done))
    review, _ = run(tmp_path, change, f"{done}\n", BACK)
    assert review.session.status == "signed"


def test_a_yes_by_words_that_also_deny_is_read_once_more(tmp_path: Path) -> None:
    quote = "She is elderly but has no osteoporosis."
    review, made = run(tmp_path, answer(fragile=quoted("yes", quote)), f"{quote}\n", BACK)
    assert (review.session.status, made.open) == ("signed", [])
    assert any(quote in line and " · you took it to say " in line for line in unseen_lines(review))
    assert any(quote in one.mark for one in rationale("1", review.assess, review.session.frame()))


def test_a_caution_on_which_the_decision_hangs_is_ruled_on(tmp_path: Path) -> None:
    def only_the_row(given: dict[str, Any]) -> None:
        given.update(films_since_surgery="undescribed_complication")
        given["prior_imaging"][1]["value"]["finding"] = "complication"

    acknowledge = {
        **REFERENCE["acknowledge"],
        "contradicted-case": "The second report is a copy of the first.",
    }
    review, made = run(tmp_path / "a", only_the_row, acknowledge=acknowledge, rulings={})
    assert review.session.status == "open"
    assert any("caution" in problem.what for problem in made.open)
    review, made = run(tmp_path / "b", only_the_row, acknowledge=acknowledge)
    assert review.session.status == "signed"
    assert review.session.cautions["1"]["routine-radiography"].ruling == "governs"


def test_what_was_set_aside_with_its_reason_speaks_no_longer(tmp_path: Path) -> None:
    quote = "Sustained clonus at both ankles."
    rest = [line.strip() for line in FINDINGS.replace("\n", " ").split(". ")]
    assert rest
    dismissed = [
        {"document": "chart", "page": 1, "quote": words, "reason": "Another patient's line, struck out."}
        for words in (
            "There is a fracture of C6.",
            "Grip strength shows progressive weakness on the right.",
            quote,
            "He was treated for lung cancer in 2011.",
            "Fever to 101.2 since Monday.",
            "He was seen in the emergency department after a fall.",
        )
    ]
    change = answer(red_flags={"status": "not_documented", "search": {"dismissed": dismissed}})
    review, _ = run(tmp_path, change, FINDINGS)
    left = {one.place for one in review.checks() if one.severity == "blocking"}
    assert "1/red_flags" not in left


@pytest.mark.parametrize(
    ("given", "section"),
    [
        (quoted("no", "He denies new symptoms."), "read_before"),
        ({"status": "not_documented"}, "searches"),
    ],
)
def test_what_was_set_aside_stands_beside_its_sentence_and_in_the_record(
    tmp_path: Path, given: dict[str, Any], section: str
) -> None:
    reason, said = "That was her brother, she says.", "The neck pain is worsening."
    aside = {"document": "chart", "page": 1, "quote": said, "reason": reason}
    change = answer(changed_since={**given, "search": {"dismissed": [aside]}})
    review, made = run(tmp_path, change, f"NOTE\n\nHe denies new symptoms.\n{said}\n")
    assert (review.session.status, made.open) == ("signed", [])
    frame = review.session.frame()
    (marked,) = (one for one in rationale("1", review.assess, frame) if "changed since" in one.text)
    assert marked.mark == "[set aside, with the reason in the record of the review: document 1, page 1]"
    told = getattr(annex, section)(review.session, frame)
    assert [f"“{said}” ({reason})" in one.text for one in told.sentences].count(True) == 1
    before = replace(review.session, guard=7)
    assert reason not in str(annex.read_before(before, frame)), "as it was told before"


def test_what_the_record_gives_beside_a_reason_is_shown_before_the_signature_and_in_the_letter(
    tmp_path: Path,
) -> None:
    """A reason is held against the passage and its document; one that nothing differs from is left alone."""
    said = "He has weakness of the left leg at L4-5."
    review, _ = run(tmp_path, answer(), f"NOTE\n\n{said}\nAn MRI was made in 2012.\n", BACK, sign=False)
    place, frame = ("1", "red_flags"), review.session.frame()

    def told(reason: str) -> list[str]:
        gone = {place: (Dismissed("chart", 1, said, reason),)}
        session = replace(review.session, dismissed={**review.session.dismissed, **gone})
        return [one.said for one in beside_reasons(session, place, frame)]

    day = "June 3, 2014"
    for reason, beside in {
        "That concerns another patient.": "its page gives no other person",
        "From an older note.": f"its document, of {day}, is the newest",
        "The note is of May 2, 2010.": f"its document is of {day}",
        "It is of the right leg.": "its words name: left",
        "It is of L2-3 only.": "its words name: L4-5",
        "An old injury of his youth.": "",
        "Seen on June 3, 2014, and gone since.": "",
        "Of the left leg, since childhood.": "",
    }.items():
        assert told(reason) == ([beside] if beside else []), reason
    reason, studies = "It is the study that is requested.", ("1", "prior_imaging")
    gone = {studies: (Dismissed("chart", 1, "An MRI was made in 2012.", reason),)}
    review.session = replace(review.session, dismissed={**review.session.dismissed, **gone})
    (shared,) = beside_reasons(review.session, studies, frame)
    assert shared.said == "one reason for 2 passages in 2 documents"
    assert any(shared.said in line for line in unseen_lines(review))
    assert any(shared.said in one.mark for one in rationale("1", review.assess, frame))
    assert not beside_reasons(replace(review.session, guard=8), place, frame)


@pytest.mark.parametrize(
    ("case", "left_out", "no_entry"),
    [
        (
            "relaxant-ten-days-in-a-flare",
            "Gabapentin was tried for two months.",
            "PLAN\nStart gabapentin 300 mg.\nHe has not taken Tylenol. Cyclobenzaprine is requested.",
        ),
        (
            "opioid-refill-back-at-work",
            "Urine drug test of May 3, 2014: inconsistent, hydrocodone not found.",
            "Urine drug test: to be repeated.",
        ),
        (
            "epidural-second-without-relief",
            "Earlier injections: medial branch blocks of the low back gave 70% relief.",
            "Medial branch blocks of the low back are planned.",
        ),
        (
            "epidural-second-without-relief",
            "An earlier lumbar epidural injection was given in March 2011.",
            "Lumbar epidural injection, see the visit of March 2, 2011.",
        ),
        (
            "opioid-refill-back-at-work",
            "The urine drug test of October 3, 2013 was inconsistent.",
            "He was seen on October 3, 2013 for a urine drug test.",
        ),
    ],
)
def test_what_a_list_leaves_out_speaks_against_it(
    tmp_path: Path, case: str, left_out: str, no_entry: str
) -> None:
    review, made = run(tmp_path / "a", lambda _: None, f"{left_out}\n", case)
    assert (review.session.status, names(review)) == ("open", {"contradicted-denial"})
    assert any(left_out in problem.what for problem in made.open)
    review, made = run(tmp_path / "b", lambda _: None, f"{no_entry}\n", case)
    assert (review.session.status, made.open) == ("signed", [])


def test_another_kind_in_a_list_covers_what_its_own_words_name_and_no_more(tmp_path: Path) -> None:
    menthol, gabapentin = "Topical menthol was tried, no help.", "Gabapentin was tried, no help."

    def another(given: dict[str, Any]) -> None:
        parts = {"kind": quoted("other", menthol), "result": quoted("insufficient", menthol)}
        given["tried"] = [*given["tried"], parts]

    _, made = run(tmp_path, another, f"{menthol}\n{gabapentin}\n", "relaxant-ten-days-in-a-flare")
    assert [gabapentin in problem.what for problem in made.open] == [True]


@pytest.mark.parametrize(
    ("case", "change", "chart"),
    [
        ("physical-therapy-after-cuff-repair", answer(), "Function has declined since the therapy ended."),
        (
            "opioid-refill-back-at-work",
            answer(),
            "NOTE\n\nHe was laid off in January and has not worked since.",
        ),
        (
            "home-health-homemaking",
            answer(homebound=quoted("yes", "walks with\na cane", "progress-note-2014-01-15")),
            "",
        ),
        (
            "opioid-refill-back-at-work",
            answer(relief=quoted("same", "Shoulder pain after two operations.", "progress-note-2014-09-08")),
            "",
        ),
        (
            "opioid-refill-back-at-work",
            answer(
                function=quoted("same", "Shoulder pain after two operations.", "progress-note-2014-09-08")
            ),
            "",
        ),
        (
            "epidural-second-without-relief",
            answer(root_imaging=quoted("clear", "The conus is normal.", "mri-report-2014-09-18")),
            "",
        ),
        (
            "opioid-refill-function-worse",
            answer(function=quoted("better", "No aberrant behavior.", "progress-note-2014-05-05")),
            "",
        ),
    ],
)
def test_the_newer_and_the_opposite_speak_against_an_answer(
    tmp_path: Path, case: str, change: Change, chart: str
) -> None:
    review, _ = run(tmp_path, change, chart.replace("Function", "NOTE\n\nFunction"), case, on="2016-01-04")
    assert review.session.status == "open"
    assert "contradicted-denial" in names(review)


@pytest.mark.parametrize(
    ("case", "change", "said"),
    [
        (
            "shoulder-torn-cuff",
            answer(imaging=quoted("partial", "tear of the supraspinatus", "mri-report-2015-04-22")),
            "the cited words say a full-thickness tear",
        ),
        (
            "shoulder-torn-cuff",
            answer(imaging=quoted("normal", "Labrum and biceps anchor are intact.", "mri-report-2015-04-22")),
            "the same document says a full-thickness tear",
        ),
        (
            "knee-intact-menisci",
            answer(menisci=quoted("degenerated", "Early medial osteoarthritis.", "mri-report-2014-09-15")),
            "the same document says intact",
        ),
        (
            "physical-therapy-after-cuff-repair",
            lambda given: given["surgery"]["value"].update(procedure="cuff_open"),
            "arthr",
        ),
        (
            "epidural-second-without-relief",
            answer(
                root_test=quoted("clear", "There is no weakness of the legs.", "progress-note-2015-10-23")
            ),
            "answered: No radiculopathy",
        ),
        (
            "lumbar-epidural-first",
            answer(
                root_test=quoted(
                    "agrees", "left paracentral extrusion at L5-S1 with compression", "mri-report-2015-01-20"
                )
            ),
            "answered: Radiculopathy at the level asked for",
        ),
        (
            "opioid-refill-back-at-work",
            lambda given: given["screens"].append(
                quoted(
                    {"date": "2014-09-08", "result": "consistent"},
                    "CURES of September 2014 is on file.",
                    "progress-note-2014-09-08",
                )
            ),
            "the cited words tell of none on that day",
        ),
        (
            "opioid-refill-function-worse",
            lambda given: (given["opioids"][0]["value"].update(amount=10), given["dose"].update(value=10)),
            "the cited words come to 30 mg a day",
        ),
        (
            "opioid-refill-function-worse",
            answer(relief=quoted("less", "Pain is rated 8/10 with medication", "progress-note-2014-05-05")),
            "the cited words rate it alike",
        ),
        (
            "psychotherapy-after-trial",
            answer(had=quoted(6, "6 sessions of cognitive behavioral therapy", "psychology-note-2015-04-06")),
            "the cited words say what is requested",
        ),
        (
            "physical-therapy-further-visits",
            answer(visits_had=quoted(6, "Pain today 6 of 10", "therapy-note-2014-04-11")),
            "the cited words say Pain today 6 of 10",
        ),
    ],
)
def test_what_the_cited_words_say_another_of_is_asked_about(
    tmp_path: Path, case: str, change: Change, said: str
) -> None:
    review, made = run(tmp_path, change, case=case)
    assert "unsupported-finding" in names(review)
    assert any(said in problem.what for problem in made.open)


def test_an_addendum_to_the_whole_letter_is_held_against_it(tmp_path: Path) -> None:
    review, _ = run(tmp_path, lambda _: None, case="knee-mri-locking")
    assert review.session.status == "signed"
    talk = Conversation(review)
    for words in (
        "Ibuprofen and twelve visits brought no improvement.",
        "No prior imaging of this knee exists.",
        "Exam shows JLT.",
        "An X-ray would not show a torn meniscus.",
    ):
        check = addendum_check(review.session, "1", "", words, pages=review.pages)
        assert check is None, f"the record says so, and stands beside it, or it judges: {words}"
    for words in (
        "The left knee was hurt.",
        "The visit of May 2, 2011 was read.",
        "He had 30 visits.",
        "An MRI was done before.",
        "The knee no longer locks.",
        "The effusion is large.",
        "Ibuprofen helped him.",
        "An X-ray would show 2 mm, and the meniscus is intact.",
    ):
        told = talk.addendum(words)
        assert talk.pending is not None, (words, told)
        talk.pending = None


def test_the_reviewers_own_words_are_held_against_the_pages_whatever_they_are(tmp_path: Path) -> None:
    """What judges, or says what a page says in other words, is no fault; what a page only plans bears nothing done."""
    review, _ = run(tmp_path / "knee", lambda _: None, case="knee-mri-locking")
    helped = "They also state that care has not helped."
    for text, was, uncited, against in [
        ("The knee is unstable.", "", ["The knee is unstable"], ""),
        ("The cuff is whole, and he walks alone.", "", ["The cuff is whole", "he walks alone"], ""),
        ("The knee has locked twice this week.", "", [], ""),
        ("The knee has locked, but it is swollen.", "", ["it is swollen"], ""),
        ("He bears no weight on the leg.", "", ["He bears no weight on the leg"], "He bears weight."),
        (
            "The tenderness is absent.",
            "",
            ["The tenderness is absent"],
            "Examination: Joint line tenderness is present.",
        ),
        ("Physical therapy and ibuprofen have not helped.", helped, [], ""),
        ("They also state that care has helped no more.", helped, [], ""),
        ("They also state that care has not helped after a fall.", helped, ["after a fall"], ""),
        ("Care of the right knee has not helped.", helped, [], ""),
        (
            "An effusion was not recorded.",
            "",
            ["An effusion was not recorded"],
            "Small effusion.",
        ),
        ("Exam shows JLT and a positive McMurray.", "", [], ""),
        ("PT and NSAIDs were tried without benefit.", "", [], ""),
        ("No NSAID was taken.", "", ["No NSAID was taken"], ""),
        ("The treating physician considers an operation.", "", [], ""),
        ("He has had surgery of the knee.", "", ["He has had surgery of the knee"], ""),
        ("The effusion is large.", "", ["The effusion is large"], "Small effusion."),
        ("Ibuprofen helped.", "", ["Ibuprofen helped"], f"{IBUPROFEN} brought no improvement."),
        ("PT and ibuprofen have not helped.", helped, [], ""),
        ("The benefit outweighs the risk.", "", [], ""),
        ("The treatment is reasonable.", "", [], ""),
        ("There was no treatment.", "", ["There was no treatment"], ""),
        ("The request was late.", "", ["The request was late"], ""),
        ("An X-ray would not show a torn meniscus.", "", [], ""),
        ("The denial did not discuss the locking.", "", [], ""),
        (
            "The denial did not discuss that it is unstable.",
            "",
            ["The denial did not discuss that it is unstable"],
            "",
        ),
        (
            "The guideline's sign, an unstable knee, is there.",
            "",
            ["The guideline's sign, an unstable knee, is there"],
            "",
        ),
        ("He would need 20 mg.", "", ["He would need 20 mg"], ""),
    ]:
        made = held(review.session, "1", "", text, was)
        assert list(made.uncited) == uncited, text
        found = belied_by(review.session, "1", text, was, review.pages)
        assert [" ".join(one.quote.split()) for one in found] == ([against] if against else []), text
    marked = Evidence("progress-note-2014-05-05", 1, "Lachman is negative.")
    other, _ = run(tmp_path / "other", lambda _: None, case="epidural-second-without-relief")
    for text, is_borne in [
        ("The left ankle reflex is 2+.", False),
        ("The left ankle reflex is 1+, the right 2+.", True),
        ("14 visits of PT ended without lasting help.", True),
        ("14 visits of PT ended with lasting help.", False),
        ("Gabapentin was not reduced.", True),
        ("Gabapentin 900 mg TID has not helped.", False),
        ("The MRI shows compression of the left S1 root.", True),
    ]:
        assert bool(held(other.session, "1", "", text).uncited) != is_borne, text
    session = replace(review.session, marks=(marked,))
    made = held(session, "1", "", "The Lachman test was made by the surgeon.")
    assert (made.borne, made.uncited) == ((marked,), ())


def test_what_no_page_says_of_an_edit_or_a_reason_stands_beside_it_and_is_listed(tmp_path: Path) -> None:
    reason = "The knee is unstable. He bears no weight."
    more: dict[str, Any] = {
        "edits": {
            "1": [
                {
                    "sentence": 1,
                    "text": "The request is for MRI of the right knee without contrast, after a fall.",
                }
            ]
        },
        "determinations": {"1": {"decision": "upheld", "reason": reason}},
        "acknowledge": {"unsupported-finding": "Told by telephone."},
        "sign": "no",
    }
    review, made = run(tmp_path, lambda _: None, case="knee-mri-locking", **more)
    assert made.open == []
    said = {one.key: one.mark for one in rationale("1", review.assess, review.session.frame())}
    assert said["request"] == "[the reviewer's own words; no page cited for “after a fall”]"
    assert said["departure"].startswith("[the reviewer's own words; no page cited]")
    assert "[the reviewer's reason: Told by telephone.]" in said["departure"]
    listed = [one for one in unseen_lines(review) if "your own words; no page" in one]
    assert ["“after a fall” ·" in one for one in listed] == [True, False]
    before = replace(review.session, guard=9)
    assert not list(own_words(before, "1"))


def test_a_reason_stands_beside_the_sentence_and_in_what_is_signed(tmp_path: Path) -> None:
    reason = "Told by the surgeon on the telephone."
    acknowledge = {**REFERENCE["acknowledge"], "unsupported-finding": reason}
    review, made = run(tmp_path, answer(changed_since="yes"), acknowledge=acknowledge)
    assert (review.session.status, made.open) == ("signed", [])
    said = next(
        one for one in rationale("1", review.assess, review.session.frame()) if "have changed" in one.text
    )
    assert reason in said.mark
    assert review.session.signed is not None
    assert reason in review.session.signed.statement


def test_a_reason_for_what_a_page_says_stands_beside_the_sentence_too(tmp_path: Path) -> None:
    reason, chart = "The visits came once a week, he says.", "NOTE\n\nHe had 24 visits over 12 weeks.\n"
    change = answer(weeks_of_care=quoted(24, "24"))
    case = "lumbar-mri-back-pain"
    review, made = run(tmp_path / "a", change, chart, case)
    assert any("24 visits" in problem.what for problem in made.open)
    review, made = run(tmp_path / "b", change, chart, case, acknowledge={"unsupported-finding": reason})
    assert (review.session.status, made.open) == ("signed", [])
    frame = review.session.frame()
    (said,) = [one for one in rationale("1", review.assess, frame) if "24 weeks" in one.text]
    assert reason in said.mark
    assert review.session.signed is not None
    assert reason in review.session.signed.statement


def test_a_denial_that_moves_within_an_edited_sentence_is_seen() -> None:
    for was, now, moved in [
        (
            "There is no fracture and instability is present.",
            "There is fracture and no instability is present.",
            True,
        ),
        ("Instability without fracture was found.", "Fracture without instability was found.", True),
        ("The records state that surgery was considered.", "Surgery was scheduled, the records state.", True),
        ("The films were requested.", "The films were made.", True),
        ("The films were requested and made.", "The films, which were requested, were made.", False),
        ("The examination records weakness.", "The examination records trivial weakness.", True),
        ("He denies fever and reports weakness.", "He reports fever and denies weakness.", True),
        (
            "The films show no fracture, infection or tumor.",
            "The films show neither tumor nor infection or fracture.",
            False,
        ),
        ("The guideline does not advise films.", "Films are not advised by the guideline.", False),
        ("The examination records weakness.", "The examination was unremarkable.", True),
        ("Care had been tried for 12 weeks.", "Care had been tried for 12 weeks, with relief.", True),
        ("The records state pain that runs into the leg.", "Pain that ran into the leg has resolved.", True),
        ("Function has improved.", "Function is better.", False),
        ("The records state side effects of the opioid.", "The opioid is tolerated well.", True),
        ("The records show use otherwise than prescribed.", "The drug is taken as prescribed.", True),
        ("The records state weakness of the leg.", "The records state weakness of the foot.", False),
        ("The request is for an MRI of the knee.", "The request is for a CT of the knee.", True),
        ("It is a transforaminal injection.", "It is an interlaminar injection.", True),
        ("The records show less pain.", "The records show greater pain.", True),
        ("Imaging shows a full tear.", "Imaging shows a partial tear.", True),
        ("The examination records a diminished reflex.", "The examination records a brisk reflex.", True),
        ("The drug was not taken before.", "The drug was hardly taken before.", True),
        ("The records state side effects.", "The records state severe side effects.", True),
        ("Care had been tried for 12 weeks.", "Care had been tried for several weeks.", True),
        ("Care had been tried for 12 weeks.", "For 12 weeks care was tried at a clinic.", False),
        ("He was hurt on May 5, 2014.", "He was hurt in May 2014.", True),
        ("The MRI shows a full-thickness tear of the cuff.", "The MRI shows an intact cuff.", True),
        ("He was hurt on May 5, 2014.", "He was hurt some months ago.", True),
        ("He was hurt on May 5, 2014.", "On May 5, 2014, he was hurt at a mill.", False),
        ("The records show less pain and an MRI.", "The records show an MRI, and less pain.", False),
        ("The records state weakness of the leg.", "The records state weakness of the hand.", True),
        ("Care had been tried for 12 weeks.", "Twelve weeks of care had been tried.", False),
        ("Care had been tried for 12 weeks.", "Eleven weeks of care had been tried.", True),
        ("The records state that care has not helped.", "The records state that care has failed.", False),
    ]:
        assert bool(otherwise(was, now)) == moved


@pytest.mark.parametrize(
    ("was", "now", "check"),
    [
        ("no red flag was found", "a red flag was found", True),
        ("C4-C5", "C6-C7", True),
        ("The request is for", "The provider asks for", False),
        ("The request is for", "As a fracture was seen, the request is for", True),
        ("The request is for", "As pseudarthrosis was seen, the request is for", True),
        ("The request is for", "As the neck hurts, the request is for", False),
    ],
)
def test_an_edited_sentence_says_what_its_finding_says(
    tmp_path: Path, was: str, now: str, check: bool
) -> None:
    review, _ = run(tmp_path / "a", answer(), sign="no")
    number, said = next(
        (n, one.text) for n, one in enumerate(review.assess("1").sentences, 1) if was in one.text
    )
    edits = {"1": [{"sentence": number, "text": said.replace(was, now)}]}
    review, made = run(tmp_path / "b", answer(), edits=edits)
    found = [one for one in review.checks() if one.place == f"1/sentence {number}"]
    assert bool(found) == check
    assert made.status == int(check)


def test_weeks_are_held_against_the_timeline_where_the_case_file_states_no_injury(tmp_path: Path) -> None:
    given = tmp_path / "given"
    case = library.find_case(CASE).path
    folder = Path(shutil.copytree(case, given))
    facts = (folder / "case.yaml").read_text()
    begin = facts.index("  injury:")
    (folder / "case.yaml").write_text(facts[:begin] + facts[facts.index("\n", begin) + 1 :])
    for weeks, status in ((3, 1), (76, 0)):
        change = answer(duration=quoted(weeks, "Date of injury: October 31, 2012.", "ur-report-2014-04-20"))
        review, made = run(tmp_path / str(weeks), change, case=str(folder))
        assert (made.status, "computed-differs" in names(review)) == (status, status == 1)
