"""The side panel: pages and passages, findings, the draft and the questions, beside the conversation or instead."""

from __future__ import annotations

import pytest

from assistant.core import events as e
from assistant.tui.dialogs import WordsInput, WordsScreen
from tests.tui.windowing import CASE, WIDE, Begin, Open, Window

pytestmark = pytest.mark.usefixtures("one_by_one")

PLAN = "Plan: x-rays of the cervical spine"


def opened(window: Window) -> list[tuple[str, int]]:
    return [(one.document, one.page) for one in window.events() if isinstance(one, e.PageOpened)]


async def test_on_a_narrow_screen_the_panel_takes_the_place_of_the_conversation(open_window: Open) -> None:
    async with open_window(CASE) as window:
        assert (window.sees("#panel"), window.sees("#conversation")) == (False, True)
        seen = []
        for _ in range(4):
            await window.press("f4")
            assert (window.sees("#panel"), window.sees("#conversation")) == (True, False)
            assert window.focus == "panel-list"
            seen.append(window.panel.view)
        assert seen == ["record", "findings", "draft", "questions"]
        await window.press("f4")
        assert (window.sees("#panel"), window.sees("#conversation")) == (False, True)
        await window.press("f8", "escape")
        assert (window.sees("#panel"), window.sees("#conversation")) == (False, True)
        assert window.focus == "reply"
        await window.press("enter", "1")
        assert window.path == "documents"


async def test_on_a_wide_screen_it_stands_beside_it(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        assert (window.sees("#panel"), window.sees("#conversation")) == (True, True)
        assert "UTILIZATION REVIEW REPORT" in window.text
        assert window.focus == "reply"
        await window.press("f8")
        assert window.focus == "panel-list"
        await window.press("escape")
        assert (window.sees("#panel"), window.sees("#conversation")) == (True, True)
        assert window.focus == "reply"


async def test_on_a_wide_screen_the_page_of_a_proposal_is_beside_it(open_window: Open, begin: Begin) -> None:
    begin("prior_surgery")
    async with open_window(session="last", size=WIDE) as window:
        assert "progress-note-2014-05-10, page 1 of 1" in window.text
        assert ("progress-note-2014-05-10", 1) in opened(window)


async def test_pages_are_turned_through_every_document_and_logged_once(open_window: Open) -> None:
    async with open_window(CASE) as window:
        await window.press("f4", *["right"] * 6, "left")
        assert "progress-note-2014-07-17" not in window.text
        assert "xray-report-2014-08-04, page 1 of 1" in window.text
        assert opened(window) == [
            ("ur-report-2014-04-20", 1),
            ("progress-note-2014-05-10", 1),
            ("xray-report-2014-07-12", 1),
            ("progress-note-2014-07-17", 1),
            ("progress-note-2014-07-17", 2),
            ("xray-report-2014-08-04", 1),
        ]


async def test_lines_are_marked_and_cited_for_the_answer(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        window.screen.show_panel("record")
        await window.press("right", "right", "right", "right")
        assert PLAN in window.text
        lines = [str(option.prompt) for option in window.listed.options]
        window.listed.highlighted = next(n for n, line in enumerate(lines) if PLAN in line)
        await window.press("space", "down", "enter")
        assert "Cited progress-note-2014-07-17:2: it goes with your answer." in window.text
        assert window.focus == "reply"
        await window.press("minus", "enter")
        assert "something is documented" in window.folded
        await window.write("Films.")
        answer = window.talk.review.session.answer("1", "sought")
        assert answer is not None
        (evidence,) = answer.evidence
        assert (str(evidence), evidence.quote.split()[:2]) == (
            "progress-note-2014-07-17:2",
            ["Plan:", "x-rays"],
        )
        assert evidence.quote.endswith("medications.")


async def test_a_passage_is_found_and_opened_on_its_page(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press("slash")
        await window.write("Osteopenia")
        await window.press("enter")
        assert "xray-report-2014-07-12, page 1 of 1" in window.text
        highlighted = window.listed.highlighted
        assert highlighted is not None
        assert "Osteopenia" in str(window.listed.get_option_at_index(highlighted).prompt)
        await window.press("escape", "slash", *"zzz", "enter")
        assert "That is no proof of absence" in window.folded
        assert window.focus == "reply"


async def test_what_is_typed_at_once_behind_the_sign_is_looked_for_and_answers_nothing(
    open_window: Open, begin: Begin
) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        logged = len(window.events())
        await window.burst("slash", *"2014", "enter")
        assert [type(one).__name__ for one in window.events()[logged:]] == ["RecordSearched"]
        assert window.path == "sought"


async def test_a_question_is_gone_to_from_the_list(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press("f8")
        window.listed.highlighted = window.panel.keys.index("1/acute_trauma")
        await window.press("enter")
        assert window.path == "acute_trauma"
        await window.settle(lambda: "Answered: No" in window.text)
        assert window.focus == "reply"
        await window.press("minus")
        assert "→ not documented" in window.text
        assert window.path == "sought"


async def test_findings_are_closed_until_the_questions_are_answered(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press("f7")
        assert "Closed until the questions are answered." in window.text
        assert "argues" not in window.text
        assert "findings.opened" not in window.kinds()
        await window.press("f5")
        assert "The draft stays closed" in window.text
        await window.press("f7", "enter")
        assert "argues against the treatment" in window.folded
        assert e.FindingsOpened("1", True) in window.events()


async def test_findings_after_the_answers_say_how_they_came_about(open_window: Open, begin: Begin) -> None:
    begin()
    async with open_window(session="last", size=WIDE) as window:
        await window.press("f7")
        assert e.FindingsOpened("1", False) in window.events()
        window.listed.highlighted = window.panel.keys.index("how:acr-variant-11")
        await window.press("enter")
        assert "Have films been made since the operation" in window.about
        assert "answered: Yes, views not described; no complication" in window.about


async def test_a_sentence_of_the_draft_shows_its_sources_and_opens_its_page(
    open_window: Open, begin: Begin
) -> None:
    begin("check")
    async with open_window(session="last", size=WIDE) as window:
        await window.press("f5")
        assert window.about.startswith("answers: What surgery of the neck has there been?\n")
        await window.press("down")
        assert "answers: Which red flags does the record show?" in window.about
        assert "rule: routine-radiography" in window.about
        await window.press("enter")
        assert "No page stands behind this sentence" in window.about
        await window.press("down", "down", "enter")
        assert "progress-note-2014-05-10, page 1 of 1" in window.text


async def test_a_sentence_is_put_into_ones_own_words(open_window: Open, begin: Begin) -> None:
    begin("check")
    async with open_window(session="last") as window:
        await window.press("f5", "end", "e")
        assert "in your own words:" in window.text
        words = window.app.screen.query_one(WordsInput)
        assert words.text == "Therefore, the request is not medically necessary."
        await window.press("backspace", "space", *"here.")
        assert "necessary here." in window.text
        await window.press("enter")
        edited = window.events()[-1]
        assert isinstance(edited, e.SentenceEdited)
        assert (edited.sentence, edited.text) == (
            "conclusion",
            "Therefore, the request is not medically necessary here.",
        )
        await window.press("f5", "home", "end")
        assert "necessary here. [your own words]" in window.folded
        await window.press("q")
        assert window.path == "red_flags"


async def test_a_sentence_that_is_refused_comes_back_to_be_mended(open_window: Open, begin: Begin) -> None:
    begin("check")
    async with open_window(session="last") as window:
        await window.press("f5", "end", "e")
        window.app.screen.query_one(WordsInput).text = "word " * 5_000
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, WordsScreen))
        await window.settle(lambda: "! " in window.text)
        assert window.app.screen.query_one(WordsInput).text.startswith("word word")
        await window.press("escape")
        assert "sentence.edited" not in window.kinds()


async def test_nothing_written_brings_the_drafts_own_sentence_back(open_window: Open, begin: Begin) -> None:
    begin("check")
    async with open_window(session="last") as window:
        await window.press("f5", "e", *"Mine. ", "enter")
        assert "Mine. [your own words]" in window.folded
        await window.press("e", "ctrl+a", "backspace")
        window.app.screen.query_one(WordsInput).text = ""
        await window.press("enter")
        assert "Mine." not in window.folded


async def test_the_current_line_and_the_marked_ones_have_signs(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        await window.press("tab", "home", "down", "down", "space", "down", "space", "down")
        signs = [row.partition("│")[2][:2] for row in window.rows()]
        assert [sign for sign in signs if sign.strip() in ("›", "▌", "›▌")] == [" ▌", " ▌", "› "]
        await window.press("f8")
        assert "▌" not in window.text


async def test_the_list_of_questions_opens_at_the_present_one(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last", size=WIDE) as window:
        await window.press("f8")
        await window.settle(
            lambda: "›  · What did the attending provider say the films should" in window.text
        )


async def test_the_chosen_line_is_in_view_when_a_view_comes_back(open_window: Open, begin: Begin) -> None:
    begin("check")
    async with open_window(session="last") as window:
        await window.press("f5", "end")
        await window.settle(lambda: "Therefore, the request is not medically necessary." in window.folded)
        await window.press("escape", "f5")
        assert window.about.startswith("answers: Which red flags does the record show? What surgery of")
        await window.settle(lambda: "Therefore, the request is not medically necessary." in window.folded)
