"""A signed review as a practice case: what is found, how dates move, and a case whose quotes and reference still fit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import library
from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import Refused
from assistant.core.record.identifiers import KINDS, ONE_BY_ONE, Finder
from assistant.core.record.shifted_dates import shifted
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.reasons import everyday_roots
from assistant.review.review import Review
from assistant.training import deidentify
from assistant.training.deidentify import (
    CASE_FILE,
    Deidentifier,
    last_day,
    offsets,
    read_state,
    write_state,
)
from assistant.training.practice import exercise_of_session
from assistant.training.recording import Recording
from assistant.training.reference import reference_of_case
from tests.walk import KEPT

CASE = "lumbar-mri-back-pain"
NOTE = "progress-note-2014-03-24"
WORKER = "\nPatient: Testwell, Quentin   DOB: 3/4/1961\nClaim No: ZZ-4471-9. Seen 3/10 by Dr. Ann Sample.\n"
TODAY = date(2026, 3, 2)


def identified(folder: Path) -> Path:
    """The bundled case with a worker's identifiers on the page of the note, one of them within a quote."""
    made = Path(shutil.copytree(library.folder("casebank") / CASE, folder / "real"))
    facts = made / CASE_FILE
    numbers = "claim:\n  claim_number: ZZ-88 20\n  adj_file: 771204\n"
    facts.write_text(facts.read_text("utf-8").replace("claim:\n", numbers, 1), "utf-8")
    page = made / "records" / f"{NOTE}.txt"
    page.write_text(
        page.read_text("utf-8").replace("No atrophy.", "No atrophy seen by Dr. Sample.") + WORKER, "utf-8"
    )
    reference = made / "reference.yaml"
    said = reference.read_text("utf-8").replace('"No atrophy."', '"No atrophy seen by Dr. Sample."')
    reference.write_text(
        said.replace("The examination is normal,", "Dr. Sample's examination is normal,"), "utf-8"
    )
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return identified(tmp_path)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = identified(tmp_path_factory.mktemp("recorded"))
    file = answers_file.read_answers_file(folder / "reference.yaml")
    with Log.open(folder.parent / "log.sqlite") as log:
        review = Review.open(log, library.open_case(folder), Profile("r-1", qualifications=KEPT))
        answers_file.run_answers(review, file)
        review.close()
        assert review.session.status == "signed"
        yield Recording(log, review.session.id)


def begun(recording: Recording, weeks: int = -10, listed: tuple[str, ...] = ()) -> Deidentifier:
    exercise = exercise_of_session(recording, "end")
    final = recording.final
    return Deidentifier(exercise.case, final.rules, exercise.reference, final.rulings, listed, weeks)


def settled(made: Deidentifier, *kept: str) -> Deidentifier:
    """Everything confirmed, but for scores and what is `kept`."""
    for one in made.open:
        if one.key in kept or one.words in ("5/10", "8/10", "5/5"):
            made.keep(one.key)
        else:
            made.confirm(one.key)
    return made


def test_the_case_reads_and_its_reference_fits_without_what_was_known(
    recording: Recording, tmp_path: Path
) -> None:
    made = settled(begun(recording)).make(tmp_path / "practice-1")
    rules = library.rules_for(made)
    reference = reference_of_case(made, rules)
    texts = "\n".join(path.read_text("utf-8") for path in made.path.rglob("*.*") if path.is_file())
    for known in (
        "Testwell",
        "Quentin",
        "Sample",
        "ZZ-4471",
        "1961",
        "ZZ-88 20",
        "771204",
        "2014-03-24",
        "March 24",
        CASE,
        "originals",
    ):
        assert known not in texts, known
    assert rules.case.practice
    assert rules.case.items["1"].ur_date == parse_date("2014-01-27")
    assert reference.decisions["1"][0] == "upheld"
    assert "[name" in reference.decisions["1"][1]
    quotes = [one for answer in reference.answers.values() for one in answer.all_evidence()]
    assert any(one.quote.startswith("No atrophy seen by Dr. [name") for one in quotes)
    for one in quotes:
        assert one.quote in made.pages[one.document][one.page - 1]
    assert not {"qualifications", "conflict"} & {prompt for _, prompt in reference.answers}


def test_answers_are_those_of_the_review(recording: Recording, tmp_path: Path) -> None:
    made = settled(begun(recording)).make(tmp_path / "practice-1")
    before, after = (
        exercise_of_session(recording, "end").reference,
        reference_of_case(made, library.rules_for(made)),
    )
    for place, answer in after.answers.items():
        assert answer.plain() == before.answers[place].plain(), place


def test_nothing_is_made_while_a_change_is_open(recording: Recording, tmp_path: Path) -> None:
    made = begun(recording)
    for kind in KINDS:
        if kind not in ONE_BY_ONE:
            made.confirm(kind)
    assert {one.kind for one in made.open} <= ONE_BY_ONE
    assert made.open
    with pytest.raises(Refused, match="neither confirmed nor kept"):
        made.make(tmp_path / "practice-1")
    assert not (tmp_path / "practice-1").exists()


def test_what_is_suspected_is_never_confirmed_in_one_go(recording: Recording) -> None:
    made = begun(recording)
    for kind in ONE_BY_ONE:
        with pytest.raises(Refused, match="one by one"):
            made.confirm(kind)


def test_other_words_take_the_place_that_was_proposed(recording: Recording, tmp_path: Path) -> None:
    held = begun(recording)
    held.confirm("number:ZZ-4471-9", "[claim]")
    made = settled(held).make(tmp_path / "practice-1")
    assert "Claim No: [claim]." in made.pages["progress-note-1"][0]


def test_a_name_of_the_list_is_replaced_and_one_that_is_kept_stays(
    recording: Recording, tmp_path: Path
) -> None:
    held = begun(recording, listed=("organization: warehouse",))
    made = settled(held, "name:Ann Sample").make(tmp_path / "practice-1")
    assert "Dr. Ann Sample" in made.pages["progress-note-1"][0]
    assert "Dr. Sample." not in made.pages["progress-note-1"][0]


def test_a_folder_that_is_no_id_or_is_there_is_refused(
    recording: Recording, folder: Path, tmp_path: Path
) -> None:
    made = settled(begun(recording))
    for name in ("Smith Case", ".hidden", "UPPER"):
        with pytest.raises(Refused, match="can't be the id"):
            made.make(tmp_path / name)
    with pytest.raises(Refused, match="already"):
        made.make(folder)


def test_no_shift_leaves_the_editions_of_a_governing_date(folder: Path) -> None:
    case = library.open_case(folder)
    rules = library.rules_for(case)
    on = rules.case.items["1"].ur_date
    assert on is not None
    weeks = offsets(rules, last_day(case, rules), TODAY)
    assert weeks
    assert 0 not in weeks
    for one in weeks:
        assert on_the_day(rules, shifted(on, one)) == on_the_day(rules, on), one
    crossing = {
        one for one in range(-104, 105) if on_the_day(rules, shifted(on, one)) != on_the_day(rules, on)
    }
    assert crossing
    assert not crossing & set(weeks)


def on_the_day(rules: library.Rules, day: PartialDate) -> list[tuple[str, str]]:
    """The editions that are in force on a day, of every guideline that item 1 cites."""
    made = rules.sets["1"]
    assert made.guidelines is not None
    found = [(name, made.guidelines.word(name, day)) for name in made.citations]
    return [(name, word[0].key if word is not None else "") for name, word in found]


def test_nothing_moves_into_days_that_have_not_come(folder: Path) -> None:
    case = library.open_case(folder)
    rules = library.rules_for(case)
    weeks = offsets(rules, last_day(case, rules), date(2014, 4, 30))
    assert weeks
    assert max(weeks) <= 3


def test_where_no_shift_is_left_it_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deidentify, "_editions", lambda _, on: on)
    case = library.open_case(folder)
    rules = library.rules_for(case)
    with pytest.raises(Refused, match="leaves every governing date in its editions"):
        offsets(rules, last_day(case, rules), TODAY)


def test_what_was_decided_is_kept_with_the_shift_for_its_owner_alone(
    recording: Recording, tmp_path: Path
) -> None:
    held = begun(recording)
    held.confirm("number:ZZ-4471-9", "[claim]")
    held.keep("name:Ann Sample")
    path = tmp_path / "apart" / "one.json"
    write_state(path, held)
    decided = {"number:ZZ-4471-9": ["confirmed", "[claim]"], "name:Ann Sample": ["kept", ""]}
    assert read_state(path) == {"weeks": -10, "decided": decided}
    path.write_text("{}", "utf-8")
    with pytest.raises(Refused, match="can't be read"):
        read_state(path)


def test_every_text_that_is_handed_on_is_looked_through(recording: Recording) -> None:
    places = {place for one in begun(recording).changes.values() for place in one.places}
    assert places == {f"{NOTE}:1", "ur-report-2014-04-07:1", CASE_FILE, deidentify.ANSWERS}


NAMED = """
Bill Cook was seen today. > Bill Cook | BILL COOK, M.D. > BILL COOK | Discussed with Grace Young at the desk. > Grace Young
DISCUSSED WITH JOHN SMITH BY TELEPHONE. > JOHN SMITH | THE PATIENT IS MARIA LOPEZ, WHO LIFTED A BOX. > MARIA LOPEZ
SMITH, JOHN > SMITH, JOHN | Walker, Gene M. > Walker, Gene M. | Dictated by: Joy Best > Joy Best | cc: Frank Little > Frank Little
A witness, Rose Field, saw it. > Rose Field | J. Stone > J. Stone | MARK PAGE > MARK PAGE | Gene reports pain. > Gene
Brown reports neck pain. > Brown | Discussed with Cook today. > Cook | Called Burns back. > Burns | Attorney: Black > Black
King, MD > King | Dear Green, > Green | Young's pain is worse. > Young | SEEN BY STONE ON REFERRAL > STONE | told by White and Woods > Woods
"""
"""Names of common words, and in capitals: found, or suspected."""
NOT_NAMED = """
DEPARTMENT OF RADIOLOGY | ORTHOPAEDIC SURGERY | SUBJECTIVE COMPLAINTS | SPECIMEN VALIDITY | FAX TRANSMITTAL | Analyte Result Flag
THE TRAVERSING ROOT WAS RETRACTED MEDIALLY. | THE FASCIA WAS OPENED ON THE LEFT. | THE WOUND WAS IRRIGATED AND CLOSED IN LAYERS.
POSTERIOR LONGITUDINAL LIGAMENT | A large fragment was removed. | ESTIMATED BLOOD LOSS: 50 ML | Seen in May by the clinic.
THE PATIENT WILL RETURN IN JUNE. | MARK THE SITE. | Oswestry 48 percent | He rests on Sundays. | IMPRESSION: MILD PREVERTEBRAL SWELLING.
Young patients do well. | Brown sputum was seen. | Bell's palsy, and a Baker's cyst | with White matter changes | the Black box warning | by Wood lamp
"""
"""Headings, and what stands in capitals: nobody is asked about these."""


def _finder() -> Finder:
    names = deidentify.names_of("given-names"), deidentify.names_of("surnames")
    return Finder(-10, deidentify.common_here(()), everyday_roots(), *names)


def test_a_name_of_common_words_is_found() -> None:
    for said, name in [one.split(" > ") for one in NAMED.strip().replace("\n", " | ").split(" | ")]:
        finder = _finder()
        finder.learn_from(said)
        spans = finder.spans(f"Examination: normal.\n\n{said}\n\nPlan: none.", None)
        assert name in [one.words for one in spans if one.kind in ("name", "like-name")]


def test_a_heading_is_no_name() -> None:
    for said in NOT_NAMED.strip().replace("\n", " | ").split(" | "):
        finder = _finder()
        finder.learn_from(said)
        spans = finder.spans(f"Examination: normal.\n\n{said}\n\nPlan: none.", None)
        assert [one.words for one in spans if one.kind in ("name", "like-name")] == []
