"""The work list and the desk: when a case is due and how far it has come, what is entered, and who may be assigned."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import events as e
from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import desk
from assistant.review.answers_file import read_answers_file, run_answers
from assistant.review.desk import Desk, case_of
from assistant.review.review import Review
from assistant.review.tour import answer_rest, tour_case
from assistant.review.worklist import WorkRow, row_words, work_list
from tests.log.auditing import CASE
from tests.log.auditing import Desk as Reviews

TODAY = "2026-03-02"
PAPERS: dict[str, Any] = {
    "certified_until": "2027-01-01",
    "licensed_until": "2027-01-01",
    "specialties": ("Occupational Medicine",),
}
FIT = Profile("r-two", **PAPERS)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the case `neck`, whose request came on the 5th and whose records came on the 10th of January."""
    monkeypatch.setenv("IMR_CASES", str(tmp_path))
    monkeypatch.setattr(desk, "today", lambda: TODAY)
    made(tmp_path, "neck")
    return tmp_path


REQUEST = "application_received: 2026-01-05, "


def made(home: Path, name: str, priority: str = "standard", claim: str = REQUEST) -> None:
    records = home / name / "records"
    records.mkdir(parents=True)
    (records / "note.txt").write_text("One.\fTwo.", "utf-8")
    text = CASE.format(case=name, priority=priority).replace(REQUEST, claim)
    (home / name / "case.yaml").write_text(text, "utf-8")


@pytest.fixture
def log(home: Path) -> Iterator[Log]:
    with Log.open(home / "log.sqlite") as opened:
        yield opened


def rows(log: Log, closed: bool = False) -> dict[str, WorkRow]:
    return {row.case: row for row in work_list(log, closed=closed, on=TODAY)}


def reviewed(
    home: Path, *steps: e.Event, session: str = "aa11", reviewer: str = "r-one", on: str = "2026-02-01"
) -> None:
    with Reviews(home / "log.sqlite", start=f"{on}T18:00:00+00:00") as made:
        made.open(session, reviewer)
        for step in steps:
            made.log(session, step, actor=reviewer)


SIGNED = e.SessionSigned("0" * 64, "uphold", "mine")


def refused(act: object, *args: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **more)  # type: ignore[operator]
    return " ".join(str(problem) for problem in caught.value.problems)


def test_late_ones_stand_first_each_with_its_rule_and_the_days_that_are_not_known(
    home: Path, log: Log
) -> None:
    made(home, "half", claim="")
    made(home, "formulary", priority="formulary")
    made(home, "unknown", claim="")
    path = home / "unknown" / "case.yaml"
    path.write_text(path.read_text("utf-8").replace(", documents_received: 2026-01-10", ""), "utf-8")
    listed = work_list(log, on=TODAY)
    assert [row.case for row in listed] == ["formulary", "half", "neck", "unknown"]
    assert listed[0].due == "2026-01-16"  # the fifth working day after Saturday the 10th
    neck = rows(log)["neck"]
    assert (neck.due, neck.days, neck.late, neck.lacks) == ("2026-02-09", 21, True, ())
    assert (neck.pages, neck.unread, neck.items) == (2, 2, ("films of the neck", "films again"))
    assert "30 days from receipt" in neck.rule
    assert "4610.6(d)(1)" in " ".join(row_words(neck))
    assert "21 DAYS LATE" in " ".join(row_words(neck))
    assert rows(log)["half"].lacks == ("request",)
    assert "or later" in " ".join(row_words(rows(log)["half"]))
    assert "imr work received half --request DAY" in " ".join(row_words(rows(log)["half"]))
    assert "due: not known" in " ".join(row_words(rows(log)["unknown"]))


def test_days_entered_at_the_desk_hold_and_the_later_counts(log: Log) -> None:
    mine = Desk(log, "r-one")
    mine.received("neck", records="February 20, 2026")
    assert rows(log)["neck"].due == "2026-03-22"
    mine.received("neck", request="2026-02-25", priority="expedited")
    row = rows(log)["neck"]
    assert (row.due, row.priority, row.verified) == ("2026-02-28", "expedited", False)
    assert "not yet verified" in " ".join(row_words(row))
    assert "has not come yet" in refused(mine.received, "neck", records="2026-03-03")
    assert "is no day" in refused(mine.received, "neck", records="March 2026")
    assert "No day is given" in refused(mine.received, "neck")
    assert "no priority" in refused(mine.received, "neck", priority="soon")


def test_records_are_asked_for_of_somebody_and_copied_to_all(log: Log) -> None:
    mine = Desk(log, "r-one")
    assert "4610.6(b)" in refused(mine.asked, "neck", "the MRI report", ["Dr. Roe"], [" "])
    assert "Say both" in refused(mine.asked, "neck", " ", ["Dr. Roe"], ["the employee"])
    mine.asked("neck", "the MRI report", ["Dr. Roe"], ["the employee", "the administrator"])
    row = rows(log)["neck"]
    assert row.state == "records asked for"
    assert row.told == "the MRI report, of Dr. Roe on 2026-03-02; copied to the employee, the administrator"
    mine.received("neck", records="2026-03-02")
    assert rows(log)["neck"].state == "new"


def test_a_case_goes_from_new_to_sent(home: Path, log: Log) -> None:
    assert rows(log)["neck"].state == "new"
    reviewed(home, e.PageOpened("note", 1))
    row = rows(log)["neck"]
    assert (row.state, row.unread, row.session, row.reviewer) == ("being read", 1, "aa11", "r-one")
    assert "2 pages, 1 unread" in " ".join(row_words(row))
    reviewed(home, e.PromptShown("1", "sought"), session="bb22")
    assert rows(log)["neck"].session == "bb22"
    with Reviews(home / "log.sqlite", start="2026-02-20T18:00:00+00:00") as more:
        more.log("bb22", SIGNED)
    mine, other = Desk(log, "r-one"), Desk(log, "r-two")
    row = rows(log)["neck"]
    assert row.state == "signed"
    assert row.late
    assert "unread" not in " ".join(row_words(row))
    assert "signed this determination yourself" in refused(mine.read, "neck")
    assert other.read("neck", "Plain.") == "bb22"
    assert rows(log)["neck"].state == "quality read"
    assert "signed on 2026-02-20" in refused(mine.sent, "neck", "2026-02-19")
    assert mine.sent("neck", "2026-02-23") == "bb22"
    assert rows(log) == {}
    row = rows(log, closed=True)["neck"]
    assert (row.state, row.told, row.late) == ("sent", "mailed on 2026-02-23", False)


def test_what_is_not_signed_is_neither_read_nor_sent(log: Log) -> None:
    mine = Desk(log, "r-one")
    for act in (mine.read, mine.sent):
        assert "no signed determination" in refused(act, "neck")


def test_a_withdrawn_case_is_done_and_can_be_taken_back(log: Log) -> None:
    mine = Desk(log, "r-one")
    assert "No reason" in refused(mine.withdrawn, "neck", " ")
    assert "isn't withdrawn" in refused(mine.reinstated, "neck", "A slip.")
    mine.withdrawn("neck", "The parties settled.", "2026-03-01")
    assert rows(log) == {}
    assert rows(log, closed=True)["neck"].told == "on 2026-03-01"
    assert "withdrawn already" in refused(mine.withdrawn, "neck", "Again.")
    mine.reinstated("neck", "It was another case.")
    assert rows(log)["neck"].state == "new"


def test_a_case_that_was_sent_back_is_not_its_earlier_reviewers(home: Path, log: Log) -> None:
    reviewed(home, SIGNED, reviewer="r-two")
    Desk(log, "r-one").remanded("neck", "The level of the spine was wrong.")
    row = rows(log)["neck"]
    assert (row.state, row.told, row.session) == ("new", "sent back, to another reviewer", "")
    case = case_of("neck")
    assert "4610.6(i)" in refused(Desk(log, "r-one").assign, case, FIT, "occupational medicine")
    with pytest.raises(Refused, match="was sent back"):
        Review.open(log, desk.library.find_case("neck"), FIT, again="Once more, please.")
    Review.open(log, desk.library.find_case("neck"), FIT, mode="training").close()  # it decides nothing
    other = Profile("r-three", **PAPERS)
    assert Desk(log, "r-one").assign(case, other, "Occupational Medicine") == "Occupational Medicine"
    assert rows(log)["neck"].reviewer == "r-three"
    review = Review.open(log, library.find_case("neck"), other, beside_parked=False)
    assert "sent back" in review.session.opened.again
    review.close()
    with pytest.raises(Refused, match="not finished"):
        Review.open(log, library.find_case("neck"), other, beside_parked=False)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"licensed_until": "2026-03-01"}, "The licence of r-two ran out on 2026-03-01."),
        ({"certified_until": "2025-12-31"}, "The certification of r-two ran out"),
        ({"certified_until": ""}, "not known until when the certification"),
        ({"specialties": ("Neurology",)}, "is no specialty of r-two; listed: Neurology."),
        ({"ties": ("acme insurance",)}, "attested a tie to a party of this case: acme insurance"),
        ({"ties": ("Roe",)}, "attested a tie"),
    ],
)
def test_nobody_unfit_is_assigned(home: Path, log: Log, changed: dict[str, Any], says: str) -> None:
    path = home / "neck" / "case.yaml"
    text = path.read_text("utf-8").replace("claim: {", "claim: {administrator: ACME Insurance Co., ")
    path.write_text(
        text.replace("type: Progress note", "type: Progress note, author: 'Jane Roe, M.D.'"), "utf-8"
    )
    reviewer = Profile("r-two", **{**PAPERS, **changed})
    assert says in refused(Desk(log, "r-one").assign, case_of("neck"), reviewer, "Occupational Medicine")
    assert rows(log)["neck"].reviewer == ""


def test_a_tie_that_was_attested_or_declined_for_stands_against_an_assignment(home: Path, log: Log) -> None:
    mine, case = Desk(log, "r-one"), case_of("neck")
    assert "which specialty" in refused(mine.assign, case, FIT)
    mine.assign(case, FIT, "Occupational Medicine")
    mine.tied("neck", "r-two", "the surgery center")
    assert rows(log)["neck"].reviewer == ""
    assert "the surgery center" in refused(mine.assign, case, FIT, "Occupational Medicine")
    third = Profile("r-three", **{**PAPERS, "specialties": ("Neurology",)})
    reviewed(home, e.SessionDeclined("conflict", "A brother."), reviewer="r-three")
    assert rows(log)["neck"].state == "declined"
    assert "declined for it" in refused(mine.assign, case, third, "neurology")


def test_a_review_that_another_window_has_open_says_so(home: Path, log: Log) -> None:
    reviewed(home)
    assert not rows(log)["neck"].elsewhere
    with Log.open(home / "log.sqlite") as other, other.hold("aa11"):
        row = rows(log)["neck"]
        assert row.elsewhere
        assert "Another window has its review open." in " ".join(row_words(row))


def test_a_case_that_cannot_be_read_is_on_the_list_with_what_is_wrong(home: Path, log: Log) -> None:
    (home / "neck" / "case.yaml").write_text("id: neck\nitems: [", "utf-8")
    row = rows(log)["neck"]
    assert row.problem
    assert "can't be read" in " ".join(row_words(row))


def test_an_open_review_of_a_case_from_elsewhere_is_on_the_list(home: Path, log: Log) -> None:
    with Reviews(home / "log.sqlite") as made:
        made.open("cc33", case="knee")
        made.open("dd44", case="hip", mode="practice")
    assert set(rows(log)) == {"neck", "knee"}
    assert rows(log)["knee"].title == "A neck"


def test_a_review_waits_for_a_ruling_and_then_for_the_signature(
    home: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tour_case(), home / "films")
    review = Review.open(log, library.open_case(home / "films"), FIT)
    answer_rest(review)
    assert rows(log)[review.session.rules.case.id].state == "waiting for a ruling"
    file = read_answers_file(tour_case() / "reference.yaml")
    assert run_answers(review, replace(file, answers={}, sign=False)).open == []
    row = rows(log)[review.session.rules.case.id]
    assert (row.state, row.practice, row.pages) == ("ready to sign", True, 6)
    review.close()
