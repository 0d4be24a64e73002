"""A case in one file for another desk: nothing of its key is in it in clear, and the key opens when the run is over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.log import Log
from assistant.training.book import all_entries
from assistant.training.debrief import debrief
from assistant.training.feedback_report import told_feedback
from assistant.training.gradebook import results
from assistant.training.packing import exercise_of_packed, pack, packed_lines, read_packed, unseal
from assistant.training.practice import Practice, begin_run, with_faults
from assistant.training.recording import Recording
from tests.training.practising import CASE, TRAINEE, TRAINER, answered, exercise, texts


class Desk:
    """A trainer's log, a file packed there with one fault, and a trainee's log elsewhere."""

    def __init__(self, folder: Path) -> None:
        (folder / "there").mkdir()
        self.trainers = Log.open(folder / "log.sqlite")
        self.log = Log.open(folder / "there" / "log.sqlite")
        made = with_faults(self.trainers, exercise("end"), ("wrong-level",))
        self.fault = made.faults[0]
        packed, self.word = pack(self.trainers, TRAINER.id, replace(made, confidence=True))
        self.file = folder / "packed.json"
        self.file.write_text(packed.to_text(), "utf-8")

    def begun(self) -> Practice:
        return begin_run(self.log, TRAINEE, exercise_of_packed(self.log, read_packed(self.file)))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with made.trainers, made.log:
        yield made


def test_the_file_holds_the_altered_case_and_no_word_of_its_key(desk: Desk) -> None:
    text = desk.file.read_text("utf-8")
    data = json.loads(text)
    assert set(data["files"]) >= {"case.yaml", "records/progress-note-2014-07-17.txt"}
    assert "reference" not in data
    assert "determinations" not in text
    assert desk.fault.says not in text
    assert desk.word not in text
    assert [line for line in packed_lines(all_entries(desk.trainers), TRAINER.id) if desk.word in line]
    assert packed_lines(all_entries(desk.trainers), TRAINEE.id) == []


def test_the_key_opens_after_the_run_with_its_word_and_the_feedback_is_that_of_the_key(desk: Desk) -> None:
    practice = desk.begun()
    session = practice.review.session.id
    with pytest.raises(Refused, match="not over"):
        unseal(desk.log, TRAINEE.id, session, desk.word)
    said = answered(practice)
    assert "its key is sealed" in texts(said)
    assert not practice.run.tells
    for actor in (TRAINEE.id, TRAINER.id):
        with pytest.raises(Refused, match="sealed"):
            told_feedback(desk.log, session, actor)
    assert results(desk.log, TRAINER.id) == []
    with pytest.raises(Refused, match="doesn't open"):
        unseal(desk.log, TRAINEE.id, session, desk.word[:-1] + "x")
    with pytest.raises(Refused, match="no run of yours"):
        unseal(desk.log, TRAINER.id, session, desk.word)
    run = unseal(desk.log, TRAINEE.id, session, desk.word)
    assert run.faults == (desk.fault,)
    lines = "\n".join(told_feedback(desk.log, session, TRAINEE.id))
    assert desk.fault.says in lines
    assert "Confidence" in lines
    assert len(results(desk.log, TRAINER.id)) == 1
    with pytest.raises(Refused, match="not sealed"):
        unseal(desk.log, TRAINEE.id, session, desk.word)


def test_a_run_that_comes_back_is_held_against_what_its_trainer_packed(desk: Desk) -> None:
    practice = desk.begun()
    answered(practice)
    made, _ = debrief(desk.trainers, Recording(desk.log, practice.review.session.id), TRAINER.id)
    assert made.compared > 10
    assert [fault for fault, _ in made.faults] == [desk.fault]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"packed": 2}, "Another version"),
        ({"files": {"case.yaml": "x", "../evil.txt": "x"}}, "evil"),
        ({"files": {"case.yaml": "x", "reference.yaml": "x"}}, "reference.yaml"),
        ({"plan": "../x"}, "plan"),
        ({"due": "2026-02-30"}, "packed.json: `due` can't be 2026-02-30: there is no such day"),
    ],
)
def test_a_file_that_is_no_packed_case_is_refused(desk: Desk, change: dict[str, object], said: str) -> None:
    desk.file.write_text(json.dumps(json.loads(desk.file.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(Refused) as refused:
        read_packed(desk.file)
    assert said in str(refused.value)


def test_a_packed_case_with_other_records_is_another_one(desk: Desk) -> None:
    exercise_of_packed(desk.log, read_packed(desk.file))
    data = json.loads(desk.file.read_text("utf-8"))
    data["files"]["records/progress-note-2014-07-17.txt"] += " More."
    desk.file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(Refused, match="Another packed case of this name is here"):
        exercise_of_packed(desk.log, read_packed(desk.file))


def test_a_case_that_is_not_for_practice_is_neither_packed_nor_unpacked(desk: Desk, tmp_path: Path) -> None:
    data = json.loads(desk.file.read_text("utf-8"))
    data["files"]["case.yaml"] = data["files"]["case.yaml"].replace("practice: 'yes'", "practice: 'no'")
    assert data["files"]["case.yaml"] != json.loads(desk.file.read_text("utf-8"))["files"]["case.yaml"]
    desk.file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(Refused, match="no practice case"):
        desk.begun()
    assert not (tmp_path / "there" / "training" / data["plan"]).exists()
    made = exercise("end")
    real = replace(
        made, case=replace(made.case, text=made.case.text.replace("practice: yes", "practice: no"))
    )
    with pytest.raises(Refused, match="Only practice cases"):
        pack(desk.trainers, TRAINER.id, real)
    assert CASE in made.case.text
