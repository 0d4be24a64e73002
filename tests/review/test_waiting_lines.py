"""What a packet proposed and nobody confirmed stands under the question that uses it, and is confirmed there."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from assistant import library
from assistant.log.store import Log
from assistant.profile import Profile
from assistant.records.case_folder import write_text
from assistant.records.course import Course
from assistant.records.intake_proposals import KEPT as DECIDED
from assistant.records.intake_proposals import LINE
from assistant.records.line_facts import WAITING, waiting, waiting_text
from assistant.review.amendment import confirm_line
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from assistant.review.views import context
from tests.walk import KEPT

CASE = """\
id: c
title: C
claim: {region: lumbar spine, injury: {date: 2021-02-09}}
documents:
  - {id: op, type: Operative report, date: 2021-09-14}
  - {id: note, type: Progress note, date: 2023-08-14}
timeline: []
items:
  "1": {service: an MRI of the lumbar spine, region: lumbar spine, prompt_set: lumbar-mri, ur_decision: {date: 2023-09-01}}
"""
OPERATION = "OPERATIVE REPORT\nPROCEDURE: L5-S1 microdiscectomy, left.\n\f"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "case"
    (made / "records").mkdir(parents=True)
    (made / "case.yaml").write_text(CASE, "utf-8")
    (made / "records" / "op.txt").write_text(OPERATION, "utf-8")
    (made / "records" / "note.txt").write_text("Work status\nModified duty: no lifting.\n\f", "utf-8")
    with Course(made, write=False) as course:
        lines = [
            (one.key, one.fields, course.where(one.evidence[0]))
            for one in course.proposals
            if one.group == LINE
        ]
    write_text(made / WAITING, waiting_text(lines))
    return made


def test_a_line_that_waits_is_confirmed_at_its_question_and_proposed_there(folder: Path, log: Log) -> None:
    with closing(Review.open(log, library.open_case(folder), Profile("r-test", "", KEPT))) as review:
        talk = Conversation(review)
        assert "No line" in confirm_line(talk)[0].text  # another question
        talk.go_named("operated")
        said = "\n".join(context(review, talk.turn))
        assert "Not confirmed yet: On September 14, 2021" in said
        assert "(op:1)" in said
        assert "Proposed" not in said
        assert confirm_line(talk)[0].text.startswith("Confirmed: On September 14, 2021")
        talk.reply("1")  # takes the changed case file over
        said = "\n".join(context(review, talk.turn))
        assert "Proposed: Yes" in said
        assert "Not confirmed yet" not in said


def test_what_was_decided_or_is_no_such_file_does_not_wait(folder: Path) -> None:
    (row,) = waiting(folder, ())  # the work status states no fact
    assert row["facts"] == ["case.procedures.lumbar_spine"]
    with Course(folder) as course:
        course.refuse(row["key"])
    assert waiting(folder, json.loads((folder / DECIDED).read_text("utf-8"))) == []
    for text in ("[1]", "{}", "no json", '[{"key": "a"}]'):
        (folder / WAITING).write_text(text, "utf-8")
        assert waiting(folder, ()) == []
