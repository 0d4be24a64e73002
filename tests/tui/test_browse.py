"""Looking through a log: narrow the list, go into a session, to an answer's history, its page, the draft's sources."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from assistant import library
from assistant.core import commands as c
from assistant.log import Log
from assistant.log.projection import up_to_date
from assistant.log.sql import ReadOnly
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from assistant.tui import browse
from assistant.tui.app import ImrApp
from assistant.tui.browse import BrowseList, SessionList, StepList, sessions

pytestmark = pytest.mark.usefixtures("one_by_one")

SEED = library.find_case("cervical-radiographs-after")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a signed session and an open one with a hostile note."""
    path = tmp_path_factory.mktemp("log") / "log.sqlite"
    with Log.open(path) as made:
        signed = Review.open(made, SEED, Profile("r-one"))
        assert (
            answers_file.run_answers(
                signed, answers_file.read_answers_file(SEED.path / "reference.yaml")
            ).status
            == 0
        )
        signed.close()
        other = Review.open(made, SEED, Profile("r-two"))
        other.perform(c.AddNote("case", "qualifications", "=1+1 [red]no[/x] \x1b[2J"))
        other.close()
    return path


@asynccontextmanager
async def browser(log: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot[int]]:
    with ReadOnly(up_to_date(log), log) as tables:
        app = ImrApp(log, first=lambda _: SessionList(log, tables))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield pilot


def listed(pilot: Pilot[int]) -> list[str]:
    options = pilot.app.screen.query_one("#browse-list", OptionList)
    return [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]


def about(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#browse-about", Static).content)


async def narrow(pilot: Pilot[int], words: str) -> None:
    pilot.app.screen.query_one("#browse-filter", Input).value = words
    await pilot.pause()


def test_sessions_are_found_by_any_of_their_words(log: Path) -> None:
    with ReadOnly(up_to_date(log), log) as tables:
        assert len(sessions(tables, "")[0]) == 2
        assert [row.cells[3] for row in sessions(tables, "r-one signed")[0]] == ["signed"]
        assert sessions(tables, "100%_\\' OR 1") == ([], False)


async def test_a_list_that_holds_not_all_reviews_says_so(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "MOST_SESSIONS", 1)
    async with browser(log) as pilot:
        assert len(listed(pilot)) == 1
        assert "The first 1 row; there are more: type to find them." in about(pilot)
        await narrow(pilot, "signed")
        assert about(pilot).splitlines() == [f"outcome: uphold; case: {SEED.path.name}", "1 row"]


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_from_the_list_to_the_page_behind_an_answer(log: Path, size: tuple[int, int]) -> None:
    async with browser(log, size) as pilot:
        assert len(listed(pilot)) == 2
        await narrow(pilot, "signed")
        assert len(listed(pilot)) == 1
        await pilot.press("enter")
        await narrow(pilot, "answer.recorded prior_surgery")
        assert len(listed(pilot)) == 1
        assert "Pages (F4 opens them): progress-note-2014-05-10:1" in about(pilot)
        await pilot.press("enter")
        assert all("prior_surgery" in line for line in listed(pilot))
        await pilot.press("escape", "f4")
        text = str(pilot.app.screen.query_one("#help-lines Static", Static).content)
        assert "Cited: “a cervical diskectomy and fusion performed in February”" in text
        assert "PROGRESS NOTE" in text


async def test_from_a_sentence_of_the_draft_to_the_steps_behind_it(log: Path) -> None:
    async with browser(log) as pilot:
        await narrow(pilot, "signed")
        await pilot.press("enter", "f5")
        await narrow(pilot, "red flag")
        assert "Rests on: red_flags, routine-radiography" in about(pilot)
        await pilot.press("enter")
        assert any("answer.recorded" in line and "red_flags" in line for line in listed(pilot))
        await pilot.press("escape", "escape", "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, SessionList)


async def test_a_sentence_that_rests_on_several_answers_leads_to_all_of_them(log: Path) -> None:
    async with browser(log) as pilot:
        await narrow(pilot, "signed")
        await pilot.press("enter", "f5")
        await narrow(pilot, "9. Therefore")
        rests = about(pilot).split("Rests on: ")[1].splitlines()[0].split(", ")
        await pilot.press("enter")
        asked = {line.split("1/")[1].split()[0] for line in listed(pilot) if "answer.recorded" in line}
        assert len(asked) > 1
        assert asked <= set(rests)


async def test_the_draft_of_an_open_review_stays_closed(log: Path) -> None:
    async with browser(log) as pilot:
        await narrow(pilot, "r-two")
        await pilot.press("enter", "f5")
        assert about(pilot).startswith("There is no draft to see")
        assert isinstance(pilot.app.screen, StepList)


async def test_every_page_that_an_answer_cites_can_be_opened(log: Path) -> None:
    async with browser(log) as pilot:
        await narrow(pilot, "signed")
        await pilot.press("enter")
        await narrow(pilot, "answer.recorded prior_imaging")
        await pilot.press("f4")
        page = pilot.app.screen.query_one("#help-lines Static", Static)
        assert str(page.content).startswith("xray-report-2014-07-12:1")
        await pilot.press("f4")
        assert str(page.content).startswith("xray-report-2014-08-04:1")
        assert "Date of study: August 4, 2014" in " ".join(str(page.content).split())


async def test_the_letter_is_read_from_there(log: Path) -> None:
    async with browser(log) as pilot:
        await narrow(pilot, "signed")
        await pilot.press("enter", "f6")
        assert "How the determination was made" in str(
            pilot.app.screen.query_one("#help-lines Static", Static).content
        )


async def test_foreign_words_are_shown_as_they_are(log: Path) -> None:
    async with browser(log) as pilot:
        await narrow(pilot, "r-two")
        await pilot.press("enter")
        await narrow(pilot, "note.added")
        assert "[red]no[/x]" in listed(pilot)[0]
        assert "\x1b" not in listed(pilot)[0]


async def test_what_is_seen_is_taken_along(log: Path, tmp_path: Path) -> None:
    async with browser(log) as pilot:
        await narrow(pilot, "r-two")
        await pilot.press("enter")
        await narrow(pilot, "note.added")
        for name in ("steps.csv", "steps.json", "steps.ndjson"):
            await pilot.press("f8")
            pilot.app.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("enter")
            assert "1 row is in" in about(pilot)
        rows = list(csv.reader((tmp_path / "steps.csv").read_text().splitlines()))
        assert rows[1][4].startswith("Note: =1")
        step = json.loads((tmp_path / "steps.json").read_text())[0]
        assert step["step"] == "note.added"
        assert len(step["hash"]) == 64
        await pilot.press("f8")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "steps.csv")
        await pilot.press("enter")
        assert "already there" in str(pilot.app.screen.query_one("#export-wrong", Static).content)


async def test_reading_is_logged_and_never_in_what_is_read(log: Path) -> None:
    with Log.open(log, write=False) as held:
        signed = next(row.id for row in held.sessions() if row.status == "signed")
        before = len(held.read(signed))
    async with browser(log) as pilot:
        await narrow(pilot, "signed")
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, BrowseList)
    with Log.open(log, write=False) as held:
        assert len(held.read(signed)) == before
