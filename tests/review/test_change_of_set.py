"""Another prompt set for an item, until it is decided: what both ask stays, the rest is set aside and comes back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer_reader import read_answer
from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.log import Log
from assistant.log.fold import load_session, moments
from assistant.profile import Profile
from assistant.review.amendment import amendment, change_set, set_said
from assistant.review.answers_file import read_answers_file, run_answers
from assistant.review.conversation import Conversation
from assistant.review.review import Review

CASE = "relaxant-ten-days-in-a-flare"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(library.folder("casebank") / CASE, tmp_path / CASE))


@pytest.fixture
def review(tmp_path: Path, folder: Path) -> Iterator[Review]:
    with (
        Log.open(tmp_path / "log.sqlite") as log,
        closing(Review.open(log, library.open_case(folder), Profile("r-test"))) as made,
    ):
        yield made


def record(review: Review, name: str, raw: object) -> None:
    schema = review.session.prompt("1", name).schema
    review.perform(c.RecordAnswer("1", name, read_answer(schema, raw, name)))


def answered(review: Review) -> None:
    record(review, "relaxant", "cyclobenzaprine")
    record(review, "weeks_taken", 0)
    record(review, "tried", [{"kind": "nsaid", "result": "insufficient"}])


def test_what_both_sets_ask_stays_and_the_rest_comes_back_with_its_set(review: Review) -> None:
    answered(review)
    lines = change_set(review, "1", "opioids")
    assert [one.text for one in lines] == [
        "Item 1 goes on under the prompt set opioids (before: muscle-relaxants); set aside: relaxant, weeks_taken."
    ]
    session = review.session
    assert session.rules.sets["1"].id == session.rules.case.items["1"].prompt_set == "opioids"
    assert set(session.answers["1"]) == {"tried"}
    assert next(session.reading("1").open_prompts()).id == "opioids"
    change_set(review, "1", "muscle-relaxants")
    assert set(review.session.answers["1"]) == {"relaxant", "weeks_taken", "tried"}
    assert review.session.amended is not None
    assert review.session.amended.sets == ()
    assert next(review.session.reading("1").open_prompts()).id == "supply"


def test_a_session_that_is_gone_on_with_has_the_set_that_it_was_given(review: Review) -> None:
    answered(review)
    change_set(review, "1", "opioids")
    held, _ = load_session(review.log, review.session.id)
    assert held == review.session
    assert held.reading("1").prompt_set.id == "opioids"
    seen = [
        one for one in moments(review.log, review.log.read(held.id)) if isinstance(one.event, e.SetChanged)
    ]
    assert [(one.before.rules.sets["1"].id, one.after.rules.sets["1"].id) for one in seen] == [  # type: ignore[union-attr]
        ("muscle-relaxants", "opioids")
    ]


def test_a_case_file_that_changes_afterwards_leaves_the_set_as_it_was_given(
    review: Review, folder: Path
) -> None:
    change_set(review, "1", "opioids")
    text = (folder / "case.yaml").read_text("utf-8")
    (folder / "case.yaml").write_text(text.replace("complaint: ", "complaint: lasting ", 1), "utf-8")
    changed = amendment(review.session)
    assert changed is not None
    review.amend(changed)
    held, _ = load_session(review.log, review.session.id)
    assert held == review.session
    assert held.rules.case.items["1"].prompt_set == held.rules.sets["1"].id == "opioids"


@pytest.mark.parametrize(
    ("item", "name", "says"),
    [
        ("1", "no-such-set", "There is no prompt set `no-such-set`."),
        ("1", "red-flags", "There is no prompt set `red-flags`."),
        ("1", "review", "There is no prompt set `review`."),
        ("1", "muscle-relaxants", "already"),
        ("1", "emg-ncs", "and not for the lumbar spine"),
        ("9", "opioids", "There is no item “9”"),
    ],
)
def test_a_set_that_does_not_fit_is_refused_and_changes_nothing(
    review: Review, item: str, name: str, says: str
) -> None:
    before = review.session
    with pytest.raises(Refused, match=says):
        change_set(review, item, name)
    assert review.session is before


def test_a_decided_item_keeps_its_set(tmp_path: Path, folder: Path) -> None:
    with (
        Log.open(tmp_path / "log.sqlite") as log,
        closing(Review.open(log, library.open_case(folder), Profile("r-test"))) as review,
    ):
        run_answers(review, replace(read_answers_file(folder / "reference.yaml"), sign=False))
        assert review.session.determinations
        with pytest.raises(Refused, match="is decided, so its prompt set stays"):
            change_set(review, "1", "opioids")


def test_an_answers_file_names_the_set_that_its_answers_are_for(review: Review, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text('sets: {"1": general}\nanswers: {"1": {purpose: to sleep}}\n', "utf-8")
    outcome = run_answers(review, read_answers_file(file))
    assert review.session.rules.sets["1"].id == "general"
    assert review.session.answer("1", "purpose") is not None
    assert outcome.status == 1
    file.write_text('sets: {"1": nothing-such}\n', "utf-8")
    with pytest.raises(Refused, match="no prompt set"):
        run_answers(review, read_answers_file(file))


def test_without_a_name_it_says_which_sets_there_are_and_which_is_proposed(review: Review) -> None:
    talk = Conversation(review)
    lines = [one.text for one in set_said(talk, "1", "")]
    assert lines[0] == "Item 1 is under muscle-relaxants; its words lead to muscle-relaxants."
    assert "opioids: Opioids" in lines
    set_said(talk, "1", "1 opioids")
    assert review.session.rules.sets["1"].id == "opioids"
    assert "its words lead to muscle-relaxants" in set_said(talk, "1", "")[0].text
