"""Foreign text on every surface: shown as what it is, never obeyed by the terminal or read as markup."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest
from textual.events import Paste

from assistant import library
from assistant.core.answer import Evidence
from assistant.log import Log
from assistant.review.conversation import Conversation
from tests.tui.windowing import CASE, NARROW, WIDE, Begin, Open, Window, answer

pytestmark = pytest.mark.usefixtures("one_by_one")

HOSTILE = "\x1b]0;t\x07\x1b[2J\u202egnp\u2066\x9b31m [bold]b[/bold] [/x] [@click=app.exit]c[/]"
SHOWN = "␛]0;t␇␛[2J<U+202E>gnp<U+2066><U+009B>31m [bold]b[/bold] [/x] [@click=app.exit]c[/]"
DOCUMENT = "note[bold][-x]"
YAML = '"' + HOSTILE.encode("unicode_escape").decode() + '"'


@pytest.fixture
def hostile(tmp_path: Path) -> str:
    """A copy of the case with foreign text in its folder's name, its facts, a document's name and a page."""
    folder = tmp_path / "case\x1b[2J\u202e[bold]"
    shutil.copytree(library.folder("casebank") / CASE, folder)
    text = (folder / "case.yaml").read_text("utf-8")
    for key, value in (
        ("title", "Cervical radiographs after a fusion"),
        ("provenance", text.partition("provenance: ")[2].partition("\n")[0]),
        ("complaint", "chronic neck pain"),
        ("says", "The industrial injury is dated October 31, 2012."),
        ("service", text.partition("service: ")[2].partition("\n")[0]),
    ):
        assert text.count(f"{key}: {value}\n") == 1
        text = text.replace(f"{key}: {value}\n", f"{key}: {YAML}\n")
    for value in ("Radiology report", "radiologist"):
        text = text.replace(value, YAML)
    text = text.replace('"progress-note-2014-05-10:1"', f'"{DOCUMENT}:1"')
    text = text.replace("progress-note-2014-05-10", f'"{DOCUMENT}"')
    (folder / "case.yaml").write_text(text, "utf-8")
    page = folder / "records" / "progress-note-2014-05-10.txt"
    page.rename(page.with_name(f"{DOCUMENT}.txt")).write_text(
        f"{HOSTILE}\n{page.name} a cervical diskectomy and fusion performed in February\n"
        "Work status: off work, total temporary disability.\n",
        "utf-8",
    )
    return str(folder)


UNSAFE = ("Cc", "Cf", "Cs")


def check(window: Window) -> None:
    """Nothing on the screen is a control, a bidirectional override or invisible."""
    unsafe = [row for row in window.rows() if any(unicodedata.category(char) in UNSAFE for char in row)]
    assert [row.encode("unicode_escape").decode() for row in unsafe] == []


async def test_a_hostile_case_on_every_view(open_window: Open, hostile: str) -> None:
    async with open_window(hostile, size=WIDE) as window:
        assert SHOWN[:30] in window.text
        check(window)
        await window.press("enter", "1")
        assert SHOWN[:30] in window.text
        check(window)
        await window.press("1", "1", "minus")
        check(window)
        assert (
            f"{DOCUMENT.replace(chr(27), '␛').replace(chr(0x202E), '<U+202E>')}, page 1 of 1" in window.text
        )
        for key in ("f8", "f7", "enter", "f5", "f1", "escape"):
            await window.press(key)
            check(window)
        window.screen.run_action_named("letter")
        await window.settle(lambda: "DRAFT" in window.text)
        check(window)


async def test_hostile_answers_on_every_view(open_window: Open, begin: Begin) -> None:
    review = begin("sought", held=True)
    talk = Conversation(review)
    talk.note(HOSTILE)
    talk.cite(Evidence("progress-note-2014-07-17", 2, "Plan"))
    talk.reply(HOSTILE)
    answer(talk)
    talk.reply("2")
    talk.reply(HOSTILE)
    talk.edit("1", 1, HOSTILE)
    review.close()
    async with open_window(session="last", size=WIDE) as window:
        check(window)
        for key, views in (("f8", "questions"), ("f5", "draft"), ("f7", "findings")):
            await window.press(key)
            assert window.panel.view == views
            check(window)
        await window.press("f5")
        assert SHOWN[:30] in window.text
        await window.press("home", "e")
        check(window)
        await window.press("escape")
        window.screen.run_action_named("letter")
        await window.settle(lambda: "DRAFT" in window.text)
        check(window)


async def test_hostile_keys_and_pastes(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last", size=NARROW) as window:
        window.app.post_message(Paste(HOSTILE))
        await window.settle(lambda: window.reply.value != "")
        check(window)
        await window.press("enter")
        assert "is not among the answers" in window.folded
        check(window)
        await window.press("f3")
        window.app.post_message(Paste(HOSTILE))
        await window.settle(lambda: window.reply.value != "")
        await window.press("enter")
        assert window.reply.value == ""
        check(window)


async def test_a_hostile_message_on_top(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        window.screen.tell(HOSTILE, "error")
        await window.settle(lambda: "gnp" in window.text)
        assert "[bold]b[/bold]" in window.text
        check(window)


async def test_a_hostile_session_on_the_home_screen(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin("conflict")
    rows = Log.sessions

    def hostile_rows(log: Log, others: bool = False, family: str = "") -> object:
        from assistant.core.value import replace

        return [replace(row, case=HOSTILE, kind=HOSTILE) for row in rows(log, others, family)]

    monkeypatch.setattr(Log, "sessions", hostile_rows)
    monkeypatch.setattr(library, "case_names", lambda: [HOSTILE])
    async with open_window(size=WIDE) as window:
        await window.settle(lambda: "Cases to review" in window.text)
        assert window.text.count(SHOWN) >= 2
        check(window)
        window.screen.query_one("#home-list").focus()
        await window.press("end", "enter")
        await window.settle(lambda: "There is no case" in window.folded)
        check(window)
