"""What is offered for an answer to rest on, how it is weighed, and what stands beside the sentence that rests on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.core.record.absence import denying, open_passages, worded_once
from assistant.core.record.second_look import relied_on
from assistant.letter.sections import rationale
from assistant.review.passages import weight_words
from assistant.review.review import Review
from tests.review.test_guard import Change, answer, flags, names, planned, quoted, run

MRI, EPIDURAL = "lumbar-mri-back-pain", "lumbar-epidural-first"
PLANS = """NOTE

He is seen for his back. No further surgery is planned. No operation is recommended.
There is no need for surgery. He does not want another operation. No surgery has been scheduled.
Skin is clear. A 44-year-old man.
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


def test_a_denial_of_a_plan_does_not_speak_against_what_was_done(tmp_path: Path) -> None:
    review, _ = run(tmp_path, answer(), "NOTE\n\nNo further fusion is planned.\n", sign=False)
    assert open_passages(review.session, ("1", "prior_surgery")) == ()


@pytest.mark.parametrize(
    ("words", "running"),
    [
        ("Not a real medical record.", True),
        ("RECONSTRUCTED FOR PRACTICE from the published determination. Not a real medical record.", True),
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
