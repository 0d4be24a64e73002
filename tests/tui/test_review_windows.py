"""When something goes wrong or someone else is at it: a log that fails, another window, a missing record, a huge paste."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key, Paste

from assistant import library
from assistant.core import events as e
from assistant.core.problem import refuse
from assistant.log import Draft, Log
from assistant.review.conversation import Conversation
from assistant.tui import review
from tests.tui.windowing import CASE, Begin, Open, Window

pytestmark = pytest.mark.usefixtures("one_by_one")


def failing(*_: object, **__: object) -> None:
    raise refuse("The disk is full; this step was not logged.", "", "Free some space.")


async def test_what_could_not_be_logged_stays_in_the_reply(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        with monkeypatch.context() as patched:
            patched.setattr(Log, "append", failing)
            await window.press(*"nd", "enter")
            assert "! The disk is full; this step was not logged." in window.text
            assert window.path == "sought"
            assert window.reply.value == "nd"
        await window.press("enter")
        assert window.path == "suspected"


async def test_the_words_of_a_reason_that_could_not_be_logged_stay_too(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    async with open_window(session="last") as window:
        await window.press("2")
        with monkeypatch.context() as patched:
            patched.setattr(Log, "append", failing)
            await window.press(*"I saw it", "enter")
            assert "The disk is full" in window.text
            assert window.reply.value == "2 I saw it"
            assert "This departs from the suggestion. Why?" in window.text
        await window.press("enter")
        assert window.talk.review.session.determinations["1"].reason == "I saw it"


async def test_a_log_that_fails_elsewhere_is_told_and_survived(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        monkeypatch.setattr(Log, "append", failing)
        for key in ("f2", "f9", "less_than_sign", "f4", "right", "escape", "f7", "enter", "escape", "2"):
            await window.press(key)
        assert "The disk is full" in window.text
        assert window.app.is_running
        assert window.path == "sought"


async def test_a_page_that_could_not_be_logged_leaves_the_program_running(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Log.append

    def failing_for_pages(log: Log, session: str, drafts: list[Draft], **more: Any) -> object:
        if any(draft.kind == "page.opened" for draft in drafts):
            failing()
        return append(log, session, drafts, **more)

    monkeypatch.setattr(Log, "append", failing_for_pages)
    async with open_window(CASE, size=(160, 45)) as window:
        assert "The disk is full" in window.folded
        assert "Are these your qualifications" in window.text
        await window.press("enter", "1", "1", "1", "minus")
        assert window.path == "prior_surgery"
        assert window.app.is_running


async def test_a_watcher_outlives_a_log_that_fails(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "WATCHING_SECONDS", 0.02)
    first = begin("acute_trauma", held=True)
    async with open_window(session="last") as window:
        with monkeypatch.context() as patched:
            patched.setattr(Log, "read", failing)
            await window.pilot.pause(0.1)
            assert window.app.is_running
            assert "The disk is full" in window.folded
    first.close()


async def test_a_second_window_watches_and_cannot_answer(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "WATCHING_SECONDS", 0.05)
    first = begin("acute_trauma", held=True)
    async with open_window(session="last") as window:
        assert "Another window works on this session; this one watches it." in window.folded
        assert "Ctrl+Q leaves; then `imr resume`." in window.reply.placeholder
        assert "· watching" in window.rows()[0]
        before = window.kinds()
        await window.press("2", "enter", "question_mark", "less_than_sign", "f6", "f9")
        await window.pilot.click("#options", offset=(5, 1))
        assert window.path == "acute_trauma"
        assert window.kinds() == before
        Conversation(first).reply("-")
        await window.settle(lambda: "should show" in window.folded)
        assert window.path == "sought"
        await window.press("f8")
        await window.settle(lambda: "›  · What did the attending provider say the films" in window.text)
    first.close()
    assert first.session.status == "open"


async def test_a_watcher_may_read_the_record_and_logs_nothing(open_window: Open, begin: Begin) -> None:
    first = begin("acute_trauma", held=True)
    async with open_window(session="last", size=(160, 45)) as window:
        before = window.kinds()
        await window.press("f4", "f4", "f4", "f4", "f7", "f5")
        assert window.kinds() == before
        assert window.app.is_running
    first.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "case"
    shutil.copytree(library.folder("casebank") / CASE, copy)
    return copy


async def test_a_page_that_has_been_changed_is_not_shown(
    open_window: Open, begin: Begin, folder: Path
) -> None:
    begin("sought", case=str(folder))
    (folder / "records" / "ur-report-2014-04-20.txt").write_text("Something else.", "utf-8")
    (folder / "records" / "xray-report-2014-07-12.txt").unlink()
    async with open_window(session="last", size=(160, 45)) as window:
        assert "The document ur-report-2014-04-20 is missing or has been changed" in window.folded
        assert "The document xray-report-2014-07-12 is missing" in window.folded
        assert "Something else." not in window.text
        await window.press("f4", "f8", "f4")
        assert "This page can't be shown." in window.text
        await window.press("right", "right", "right", "left")
        assert window.app.is_running


async def test_a_case_folder_that_is_gone_leaves_the_session_answerable(
    open_window: Open, begin: Begin, folder: Path
) -> None:
    begin("sought", case=str(folder))
    shutil.rmtree(folder)
    async with open_window(session="last") as window:
        await window.press("minus", "f4", "right", "escape", "slash")
        await window.write("neck")
        await window.press("escape")
        assert window.path == "suspected"


async def test_a_megabyte_is_refused_and_the_screen_lives_on(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        window.app.post_message(Paste("Film " * 200_000))
        await window.settle(lambda: "characters long" in window.folded)
        refused = window.events()[-1]
        assert isinstance(refused, e.AnswerRejected)
        assert (refused.length, refused.input) == (1_000_000, ("Film " * 200_000)[:200])
        assert window.reply.value == ""
        await window.press("minus")
        assert window.path == "suspected"


async def test_a_paste_of_lines_becomes_one_line_and_waits_for_enter(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        window.app.post_message(Paste("Films of\n  the neck.\r\n"))
        await window.settle(lambda: window.reply.value != "")
        assert window.reply.value == "Films of the neck."
        assert window.path == "sought"
        await window.press("enter")
        await window.write("cumulative trauma at work")
        assert answered(window, "sought") == "Films of the neck."


async def test_half_a_reply_outlives_a_look_elsewhere(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press(*"Film")
        for keys in (("f4", "escape"), ("f8", "escape"), ("f2",), ("f3", "escape"), ("f6", "escape")):
            await window.press(*keys)
            assert window.reply.value == "Film", keys
        await window.press(*"s.", "enter")
        await window.write("cumulative trauma at work")
        assert answered(window, "sought") == "Films."


def answered(window: Window, prompt: str) -> object:
    answer = window.talk.review.session.answer("1", prompt)
    return answer.value if answer is not None else None


# -- what comes in before anybody can have read the question --------------------------------------


def count(window: Window) -> int:
    return sum(isinstance(one, e.AnswerRecorded) for one in window.events())


async def test_keys_of_a_burst_answer_no_question_that_was_not_shown(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.tui.widgets.HABIT", 3600.0)
    begin("acute_trauma")
    async with open_window(session="last") as window:
        before = count(window)
        await window.burst("minus", "1", "1", "enter", "1")
        assert count(window) == before + 1
        assert "4 keys were typed before this was shown, and left out." in window.folded
        await window.press("minus")
        stands = window.path, count(window)
        await window.burst("enter")
        assert (window.path, count(window)) == stands, "out of habit behind a key that answers at once"
        assert "the Enter behind it was left out" in window.folded


async def test_what_follows_the_enter_of_a_note_is_not_in_the_note(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        await window.burst("f6", *"worse", "enter", "1", "2")
        assert [one.text for one in window.events() if isinstance(one, e.NoteAdded)] == ["worse"]
        assert window.path == "acute_trauma"


async def test_a_paste_behind_an_answer_is_left_out(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        window.app.post_message(Key("minus", "-"))
        window.app.post_message(Paste("1\n1\n1"))
        await window.burst()
        assert window.reply.value == ""
        assert "1 key was typed before this was shown" in window.folded


async def test_a_function_key_waits_for_what_was_typed_before_it(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        await window.burst("minus", "f6", "x", "enter")
        assert [one for one in window.events() if isinstance(one, e.NoteAdded)] == []
        assert "3 keys were typed before this was shown" in window.folded
