"""What is offered for an answer to rest on, how it is weighed, and what stands beside the sentence that rests on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core.answer import Answer, Evidence
from assistant.core.record.absence import (
    affirming,
    denying,
    entry_denial,
    open_passages,
    speaks_of,
    worded_once,
)
from assistant.core.record.guard import asks_for_report
from assistant.core.record.second_look import relied_on
from assistant.core.turn import prompt_turn
from assistant.core.value import replace
from assistant.letter.sections import rationale
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.passages import found_words, passage_wanted, passages_saying_so, search, weight_words
from assistant.review.passages import quoted as passages_quoted
from assistant.review.review import Review
from tests.review.test_guard import Change, answer, flags, names, planned, quoted, run

MRI, EPIDURAL = "lumbar-mri-back-pain", "lumbar-epidural-first"
PLANS = """NOTE

He is seen for his back. No further surgery is planned. No operation is recommended.
There is no need for surgery. He does not want another operation. No surgery has been scheduled.
Skin is clear. A 44-year-old man.
"""
ELSEWHERE = """NOTE

No history of surgery of the knee. Status post arthroscopy of the knee. No new injury.
No numbness in the saddle area, no bowel change. Perianal sensation intact. Denies facial numbness.
Biceps strength is 5/5.
"""
WEAK = """OFFICE VISIT

History: he says that the left hand is weak.
Examination: right triceps 4/5, new since 08/14.
"""


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """A review of few pages, with a note that tells of plans, for tests that only read it."""
    return run(tmp_path_factory.mktemp("plans"), answer(operated="not_documented"), PLANS, MRI, sign=False)[0]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """A review of a low back whose newest note denies things of other places."""
    return run(tmp_path_factory.mktemp("elsewhere"), answer(), ELSEWHERE, MRI, sign=False)[0]


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """A review of a low back whose newest note tells of troubles that are no answer to what is asked."""
    return run(tmp_path_factory.mktemp("explained"), answer(), EXPLAINED, MRI, sign=False)[0]


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """One of the bundled case with a note that tells of weakness."""
    chart = (
        f"RECONSTRUCTED FOR PRACTICE from the published determination. Not a real medical record.\n\n{WEAK}"
    )
    return run(tmp_path_factory.mktemp("weak"), flags(), chart, sign=False)[0]


def denials(review: Review, name: str) -> list[str]:
    found = denying(review.session, ("1", name), review.session.prompt("1", name).look_for)
    return [" ".join(one.quote.split()) for one in found]


def test_a_plan_is_a_denial_of_what_is_to_come_and_none_of_what_was(review: Review) -> None:
    assert denials(review, "operated") == ["Past history: no surgery of the low back."]
    assert any("No further surgery is planned" in one for one in denials(review, "plan"))


def test_beside_an_older_denial_stands_a_newer_note_however_it_is_found(tmp_path: Path) -> None:
    chart = "NOTE\n\nStatus post laminectomy at L4-5 in May.\n"
    review, _ = run(tmp_path, lambda given: given.pop("operated"), chart, MRI, sign=False)
    command = c.RecordAnswer("1", "operated", Answer(value="no"))
    wanted = passage_wanted(review, command)
    assert wanted is not None
    offered = [one.label for one in wanted.options if "of the low back" in one.label]
    found, *_ = [one for one in search(review, "surgery low back") if "no surgery" in one.evidence.quote]
    offered.append(found_words(review, command, found))
    assert ["but later “Status post laminectomy at L4-5 in May." in one for one in offered] == [True, True]
    assert "but later" not in found_words(review, replace(command, answer=Answer(value="yes")), found)


def test_what_is_denied_of_another_place_is_no_denial(elsewhere: Review) -> None:
    assert denials(elsewhere, "operated") == ["Past history: no surgery of the low back."]
    for entry in ("sensation", "strength"):
        cited = entry_denial(elsewhere.session, ("1", "findings"), entry)
        assert "chart" not in {one.document for one in cited}


def test_what_is_denied_of_the_place_that_is_asked_about_is_one(elsewhere: Review) -> None:
    found = denying(elsewhere.session, ("1", "red_flags"), ["cauda equina", "bowel"])
    assert {" ".join(one.quote.split()) for one in found if one.document == "chart"} == {
        "No numbness in the saddle area, no bowel change.",
        "Perianal sensation intact.",
    }


def test_an_operation_of_another_place_is_offered_for_no_answer(elsewhere: Review) -> None:
    found = speaks_of(elsewhere.session, ("1", "operated"), ["status post"])
    assert [one.bears for one in found if one.document == "chart"] == [False]


def test_a_denial_of_a_plan_does_not_speak_against_what_was_done(tmp_path: Path) -> None:
    review, _ = run(tmp_path, answer(), "NOTE\n\nNo further fusion is planned.\n", sign=False)
    assert open_passages(review.session, ("1", "prior_surgery")) == ()


def test_labels_covers_plans_and_accidents_say_nothing_of_what_was_done(tmp_path: Path) -> None:
    pages = {
        "Prior surgery: ________": ("printed", True),
        "Prior surgery:\nAllergies: ____": ("printed", True),
        "Surgery ______ Date ______": ("printed", True),
        "FAX COVER SHEET\nTo: Claims\nPages: 4\nRe: records of the laminectomy": ("affirmed", False),
        "PLAN\nLaminectomy at L4-L5.": ("hypothetical", False),
        "HISTORY:\nHe had no laminectomy.": ("negated", True),
        "HISTORY:\nHe was rear-ended and had no laminectomy.": ("negated", False),
        "The request for a laminectomy was not certified.": ("affirmed", False),
        "PAST SURGERY:\nLaminectomy in 2009.": ("affirmed", True),
        "Prior surgery: laminectomy 2009 ____": ("affirmed", True),
    }
    chart = "\f".join(f"{text}\n" for text in pages)
    review, _ = run(tmp_path, answer(), chart, MRI, sign=False)
    made = review.search.behind(review.session, ("1", "operated"), "program")
    found = {one.pages[0]: (one.standing, one.bears) for one in made.groups if one.document == "chart"}
    assert found == dict(enumerate(pages.values(), 1))


@pytest.mark.parametrize(
    "says",
    [
        "No other operation was discussed.",
        "No more surgery for him.",
        "No repeat surgery.",
        "No second operation is needed.",
    ],
)
def test_a_denial_of_one_more_is_none_of_the_first(tmp_path: Path, says: str) -> None:
    review, _ = run(tmp_path, answer(), f"NOTE\n\n{says}\n", MRI, sign=False)
    assert not any(says.rstrip(".") in one for one in denials(review, "operated"))


EXPLAINED = """NOTE

Dribbling from an enlarged prostate. Urinary retention, no BPH. Bowel incontinence since March.
Given a Medrol dose pack. Prednisone for six days. Prednisone for three years. An elderly man, seen for three days.
"""


@pytest.mark.parametrize(
    ("name", "says", "bears"),
    [
        ("red_flags", "Dribbling from an enlarged prostate.", False),
        ("red_flags", "Urinary retention, no BPH.", True),
        ("red_flags", "Bowel incontinence since March.", True),
        ("fragile", "Given a Medrol dose pack.", False),
        ("fragile", "Prednisone for six days.", False),
        ("fragile", "Prednisone for three years.", True),
        ("fragile", "An elderly man, seen for three days.", True),
    ],
)
def test_another_cause_and_too_short_a_time_bear_no_yes(
    explained: Review, name: str, says: str, bears: bool
) -> None:
    found = speaks_of(explained.session, ("1", name), explained.session.prompt("1", name).look_for)
    assert [one.bears for one in found if " ".join(one.quote.split()) == says] == [bears]


def test_what_bears_no_yes_is_not_offered_for_an_entry(explained: Review) -> None:
    replies = [one.label for one in prompt_turn(explained.session, ("1", "red_flags")).options]
    assert not any("prostate" in one for one in replies if one.startswith("Present"))


def test_what_is_left_open_beside_its_denial_is_not_offered_for_a_yes(tmp_path: Path) -> None:
    says = "Failure of conservative care is not shown."
    review, _ = run(tmp_path, answer(), f"NOTE\n\n{says}\n", "knee-mri-locking", sign=False)
    place = ("1", "care_failed")
    found = affirming(review.session, place, review.session.prompt(*place).look_for)
    assert says not in [" ".join(one.quote.split()) for one in found]


@pytest.mark.parametrize(
    ("words", "running"),
    [
        ("Not a real medical record.", True),
        ("RECONSTRUCTED FOR PRACTICE from the published determination. Not a real medical record.", True),
        ("PROGRESS NOTE, continued", True),
        ("Operative Report (cont'd)", True),
        ("Home visit - CONTINUED.", True),
        ("He asks that the home visits be continued.", False),
        ("Gabapentin - continued", False),
        ("There is no evidence of loosening.", False),
        ("loosening", False),
    ],
)
def test_what_every_page_bears_at_its_head_says_nothing(weak: Review, words: str, running: bool) -> None:
    assert weak.search.is_running(words) is running


def test_what_was_seen_stands_before_what_was_told_and_the_refusal_last(weak: Review) -> None:
    found = weak.search.passages(["weakness"])
    assert [weight_words(weak, one) for one in found] == [
        "June 3, 2014, examination",
        "June 3, 2014, history",
    ]
    found = weak.search.passages(["neck pain"])
    assert [one.document for one in found if one.supports][-1] == "ur-report-2014-04-20"


def test_the_same_words_in_every_note_are_offered_once(review: Review) -> None:
    first, *_ = review.search.passages(["surgery"])
    assert worded_once([first, first]) == (first,)


def beside(review: Review) -> str:
    return " ".join(one.mark for one in rationale("1", review.assess, review.session.frame()))


UNFITTING: dict[str, tuple[Change, str, str, str]] = {
    "an entry": (
        flags(fracture=quoted("no", "Skin is clear.")),
        "Skin is clear.",
        "cervical-radiographs-after-fusion",
        "fracture or dislocation (absent): document 1, page 1 “Skin is clear.”",
    ),
    "a count": (
        answer(requested=quoted(8, "Seen on April 8.")),
        "Seen on April 8.",
        "physical-therapy-further-visits",
        "document 1, page 1 “Seen on April 8.”",
    ),
    "a count by the name of a level": (
        answer(levels=quoted(2, "He climbs to L5 of the car park, bay 2.")),
        "He climbs to L5 of the car park, bay 2.",
        EPIDURAL,
        "“He climbs to L5 of the car park, bay 2.”",
    ),
    "a choice": (
        answer(condition=quoted("myalgia", "Surgery was discussed.")),
        "Surgery was discussed.",
        "physical-therapy-further-visits",
        "document 1, page 1 “Surgery was discussed.”",
    ),
    "another degree": (
        answer(imaging=quoted("joint", "Mild arthrosis of the AC joint.")),
        "Mild arthrosis of the AC joint.",
        "shoulder-torn-cuff",
        "“Mild arthrosis of the AC joint.”",
    ),
    "help for a failure": (
        answer(failed=quoted("yes", "Therapy improved his motion.")),
        "Therapy improved his motion.",
        "shoulder-torn-cuff",
        "“Therapy improved his motion.”",
    ),
    "a hope": (
        answer(function=quoted("work", "Hopes to return to work by spring.")),
        "Hopes to return to work by spring.",
        "opioid-refill-function-worse",
        "“Hopes to return to work by spring.”",
    ),
}


@pytest.mark.parametrize("name", UNFITTING)
def test_a_quote_that_does_not_fit_stands_beside_the_sentence(tmp_path: Path, name: str) -> None:
    change, chart, case, said = UNFITTING[name]
    review, _ = run(tmp_path, change, chart, case)
    assert said in beside(review)


def test_a_quote_that_fits_does_not(tmp_path: Path) -> None:
    review, _ = run(tmp_path, answer(), case=MRI)
    assert relied_on(review.session, ("1", "weeks_of_care")) == ()


@pytest.mark.parametrize(
    ("case", "change", "chart"),
    [
        (EPIDURAL, answer(levels=planned(5, "L5-S1")), ""),
        (MRI, answer(weeks_of_care=quoted(44, "A 44-year-old man.")), PLANS),
        (MRI, answer(operated=quoted("no", "No further surgery is planned.")), PLANS),
        (
            "physical-therapy-further-visits",
            answer(visits_had=quoted(6, "Visit 12 of 12 authorized.")),
            "Visit 12 of 12 authorized.",
        ),
    ],
)
def test_a_number_of_another_thing_and_a_plan_bear_nothing(
    tmp_path: Path, case: str, change: Any, chart: str
) -> None:
    review, made = run(tmp_path, change, chart, case)
    assert made.status == 1
    assert "unsupported-finding" in names(review)


@pytest.mark.parametrize(
    ("value", "quote", "asked"),
    [
        ("without", "Plan: MRI of the lumbar spine without contrast.", False),
        ("without", "Non-contrast MRI of the low back.", False),
        ("with", "Plan: MRI of the lumbar spine without contrast.", True),
        ("both", "Plan: MRI of the lumbar spine without contrast.", True),
    ],
)
def test_a_choice_whose_name_holds_a_negator_is_borne_by_its_name(
    tmp_path: Path, value: str, quote: str, asked: bool
) -> None:
    chart = "NOTE\n\nPlan: MRI of the lumbar spine without contrast.\nNon-contrast MRI of the low back.\n"
    review, _ = run(tmp_path, answer(contrast=quoted(value, quote)), chart, MRI, sign=False)
    assert (
        ("unsupported-finding", "1/contrast") in {(one.check, one.place) for one in review.checks()}
    ) is asked


@pytest.mark.parametrize(
    ("quote", "asked"),
    [
        ("EPIDURAL STEROID INJECTION OF THE LUMBAR SPINE", True),
        ("TRANSFORAMINAL EPIDURAL STEROID INJECTION", False),
        ("RIGHT TFESI", False),
        ("The injection is to be transforaminal.", False),
    ],
)
def test_a_heading_bears_a_choice_only_where_it_names_it(tmp_path: Path, quote: str, asked: bool) -> None:
    change = answer(route=quoted("transforaminal", quote))
    review, _ = run(tmp_path, change, f"NOTE\n\n{quote}\n\n", EPIDURAL, sign=False)
    assert (
        ("unsupported-finding", "1/route") in {(one.check, one.place) for one in review.checks()}
    ) is asked


@pytest.mark.parametrize(
    ("says", "against"), [("No full-thickness tear.", False), ("No partial or full-thickness tear.", True)]
)
def test_a_denial_of_another_choice_speaks_not_against_the_one_chosen(
    tmp_path: Path, says: str, against: bool
) -> None:
    torn = "Partial-thickness tear of the supraspinatus."
    change = answer(imaging=quoted("partial", torn))
    review, _ = run(tmp_path, change, f"NOTE\n\n{torn}\n\n{says}\n", "shoulder-torn-cuff", sign=False)
    found = open_passages(review.session, ("1", "imaging"))
    assert any(one.document == "chart" for one in found) is against


def test_a_value_that_differs_is_asked_about_once_whatever_is_cited_for_it(tmp_path: Path) -> None:
    chart = "He has had pain for 60 weeks."
    keys = []
    for number, given in enumerate((60, quoted(60, chart))):
        folder = tmp_path / str(number)
        folder.mkdir()
        review, _ = run(folder, answer(duration=given), chart, "lumbar-epidural-first", sign=False)
        keys.append([one.key for one in review.checks() if one.check == "computed-differs"])
    assert len(keys[0]) == 1
    assert keys[0] == keys[1]


def test_an_operative_report_is_no_study_that_a_list_of_studies_leaves_out(tmp_path: Path) -> None:
    title = "OPERATIVE REPORT\n\nFluoroscopy and x-ray of the lumbar spine were used. Impression: level confirmed."
    review, _ = run(tmp_path, answer(), title, sign=False)
    prompt = review.session.prompt("1", "prior_imaging")
    assert not asks_for_report("Operative report", prompt)
    assert asks_for_report("Radiology report", prompt)
    assert asks_for_report("MRI report", prompt)
    assert asks_for_report("Operative report", review.session.prompt("1", "prior_surgery"))


OTHERS = """OFFICE VISIT
Patient: Ann Low
Neck pain as before.
\fOFFICE VISIT
Patient: Ann Low
She sleeps badly.
\fOFFICE VISIT
Patient: Jane Roe
There is no fracture.
"""


def test_a_page_of_another_person_is_named_and_its_denials_are_not_offered(tmp_path: Path) -> None:
    review, _ = run(tmp_path, flags(), OTHERS, sign=False)
    assert "There is no fracture." not in denials(review, "red_flags")
    (found,) = [one for one in review.search.passages(["fracture"]) if one.document == "chart"]
    assert "another name: Jane Roe" in weight_words(review, found)
    assert "another name: Jane Roe" in passages_quoted(review, "There is no fracture")[0].words


def test_a_denial_on_a_page_of_another_person_bears_nothing(tmp_path: Path) -> None:
    quote = {
        "value": "no",
        "evidence": [{"document": "chart", "page": 3, "quote": "There is no fracture."}],
    }
    review, made = run(tmp_path, flags(fracture=quote), OTHERS)
    assert made.status == 1
    assert "unsupported-finding" in names(review)


def test_a_finding_without_a_passage_is_offered_those_that_say_so(tmp_path: Path) -> None:
    change = answer(changed_since="yes", acute_trauma="no")
    chart = "NOTE\n\nThe neck pain has worsened since the films. There was no new injury.\nAdvance directive: declined.\n"
    review, _ = run(tmp_path, change, chart, sign=False)

    def said(prompt: str) -> list[str]:
        options = passages_saying_so(review, c.CiteEvidence("1", prompt, Evidence("", 0)))
        made = [one.command for one in options]
        assert [one.command for one in options if not isinstance(one.command, c.CiteEvidence)] == []
        return [one.evidence.quote for one in made if isinstance(one, c.CiteEvidence)]

    assert "The neck pain has worsened since the films." in said("changed_since")
    assert "There was no new injury." in said("acute_trauma")
    assert "The neck pain has worsened since the films." not in said("acute_trauma")


def test_a_number_is_offered_the_words_that_hold_it_first(tmp_path: Path) -> None:
    chart = (
        "NOTE\n\nAcupuncture is offered. Acupuncture was discussed. He has had 5 sessions of acupuncture.\n"
    )
    review, _ = run(tmp_path, lambda given: given.pop("had"), chart, "acupuncture-further-visits", sign=False)
    wanted = passage_wanted(review, c.RecordAnswer("1", "had", Answer(value=5)))
    assert wanted is not None
    assert "5 «sessions of acupuncture»" in wanted.options[0].label


def test_what_is_planned_is_no_care_that_was_tried(tmp_path: Path) -> None:
    pages = {
        "Plan: request authorization for a transforaminal epidural.": ("injections", False),
        "PLAN:\n1. L4-5 left transforaminal epidural.": ("injections", False),
        "Treatment plan:\nHome exercise program.": ("exercise", False),
        "Plan:\nStart naproxen.": ("drugs", False),
        "Plan:\nContinue naproxen.": ("drugs", True),
        "HISTORY:\nA transforaminal epidural did not help.": ("injections", True),
    }
    chart = "\f".join(f"{text}\n" for text in pages)
    review, _ = run(tmp_path, answer(), chart, "lumbar-epidural-first", sign=False)
    prompt = review.session.prompt("1", "care_tried")
    for number, (line, (entry, offered)) in enumerate(pages.items(), 1):
        found = speaks_of(review.session, ("1", "care_tried"), prompt.words(entry))
        here = [one.bears for one in found if one.document == "chart" and one.pages == (number,)]
        assert here == ([True] if offered else []), line


@pytest.mark.parametrize(
    ("case", "name", "says"),
    [
        ("lumbar-epidural-first", "injections", "no injections of the back"),
        ("shoulder-torn-cuff", "operation", "arthroscopic repair of the right rotator cuff"),
    ],
)
def test_what_the_record_says_plainly_is_found_for_its_question(
    tmp_path: Path, case: str, name: str, says: str
) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        review = Review.open(log, library.find_case(case), Profile("r-test"))
        found = review.search.passages(review.session.prompt("1", name).look_for)
        assert any(says in " ".join(one.quote.split()) for one in found)
        review.close()
