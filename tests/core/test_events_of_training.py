"""What stands in a book is valid as it is stored, every kind of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from assistant import library
from assistant.core import training_events as t
from assistant.core.event_form import decode, encode
from assistant.core.value import replace
from assistant.log import Log
from assistant.training.book import Book, set_group, withdraw
from assistant.training.feedback_report import told_feedback
from assistant.training.packing import exercise_of_packed, pack, unseal
from assistant.training.practice import assign_case, begin_run, with_faults
from assistant.training.replay import annotations_on, bookmark, comment, remove
from tests.training.practising import CASE, TRAINEE, TRAINER, answered, begun, exercise

ADJUDICATION = {kind for kind in t.TRAINING_KINDS if "adjudic" in kind}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The entries of books in which everything has happened."""
    path = tmp_path_factory.mktemp("books") / "log.sqlite"
    with Log.open(path) as log:
        book = Book(log, TRAINER.id)
        set_group(book, "spring", (TRAINEE.id,))
        (made,), _ = assign_case(log, TRAINER.id, CASE, TRAINEE.id, "end", ("wrong-level",))
        withdraw(book, made.id)
        made, word = pack(log, TRAINER.id, with_faults(log, exercise("end"), ("wrong-level",)), "2026-05-31")
        sealed = begin_run(log, TRAINEE, exercise_of_packed(log, replace(made, confidence=True)))
        answered(sealed)
        unseal(log, TRAINEE.id, sealed.review.session.id, word)
        practice = begun(log, "each", "any")
        answered(practice)
        told_feedback(log, practice.review.session.id, TRAINEE.id)
        entry = log.read(practice.review.session.id)[4]
        bookmark(book, entry)
        bookmark(book, entry, "A title.")
        comment(book, entry, "Words.")
        remove(book, annotations_on(entry.session, book.entries())[0])
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT entry FROM event WHERE kind LIKE 'training.%' ORDER BY id")
        return [json.loads(row[0]) for row in rows]


def test_every_kind_is_valid_as_it_is_stored(stored: list[dict[str, Any]]) -> None:
    folder = library.folder("schemas")
    files = [json.loads(library.read_text(folder / f"{name}.schema.json")) for name in ("event", "entry")]
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in files
    )
    check = Draft202012Validator(files[1], registry=registry)
    assert {entry["kind"] for entry in stored} == set(t.TRAINING_KINDS) - ADJUDICATION
    for entry in stored:
        found = [f"{error.json_path}: {error.message}" for error in check.iter_errors(entry)]
        assert found == [], entry["kind"]


def test_a_step_comes_back_as_it_was() -> None:
    for event in [
        t.BookOpened("1"),
        t.Bookmarked("a" * 12, 3, "0" * 64, "here"),
        t.Commented("a" * 12, 3, "0" * 64, "Words."),
        t.MarkRemoved(2),
        t.CaseAssigned("0" * 8, "r-x", "case", "each", "", "", 0, "{}", "/nowhere"),
        t.AssignmentWithdrawn("0" * 8),
        t.FaultPlanted("0" * 8, 1, "{}"),
        t.RunOpened("a" * 12, "case", "end", "", "", "", "{}"),
        t.AnswerFrozen("a" * 12, "1", "", 7, "0" * 64),
        t.AnswerRevealed("a" * 12, "1", "views"),
        t.RunEnded("a" * 12, "signed"),
        t.FeedbackShown("a" * 12, 1, 2, 3, 4),
    ]:
        assert decode(event.kind, encode(event)) == event
