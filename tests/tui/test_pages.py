"""Pages while a question stands: turned, searched, marked for later; what the program puts beside is not opened by the reviewer."""

from __future__ import annotations

import pytest

from assistant.core import events as e
from assistant.review.passages import first_offered
from tests.tui.windowing import CASE, NARROW, WIDE, Begin, Open, Window

alone = pytest.mark.usefixtures("one_by_one")
"""Each question by itself, without forms."""

PLAN = "Plan: x-rays of the cervical spine"


def pages(window: Window, by: str) -> list[tuple[str, int]]:
    return [
        (one.document, one.page) for one in window.events() if isinstance(one, e.PageOpened) and one.by == by
    ]


async def test_the_first_screen_says_what_is_disputed_and_what_was_refused(open_window: Open) -> None:
    for size in (NARROW, WIDE):
        async with open_window(CASE, size=size) as window:
            assert "Disputed: radiographs of the cervical spine" in window.folded
            assert "Refused: denied on April 20, 2014, under MTUS ACOEM" in window.folded
            assert window.sees("#dispute")


@alone
async def test_it_gives_way_to_the_first_answer(open_window: Open, begin: Begin) -> None:
    begin("prior_surgery")
    async with open_window(session="last") as window:
        assert not window.sees("#dispute")


@alone
async def test_a_page_put_beside_a_question_is_opened_by_who_goes_there(
    open_window: Open, begin: Begin
) -> None:
    begin("prior_surgery")
    async with open_window(session="last", size=WIDE) as window:
        beside = ("progress-note-2014-05-10", 1)
        assert beside in pages(window, "program")
        assert pages(window, "") == []
        assert beside not in window.talk.review.session.pages_opened
        await window.press("tab")
        assert pages(window, "") == [beside]
        await window.press("escape", "tab")
        assert pages(window, "") == [beside]


@alone
async def test_the_page_of_the_first_passage_stands_beside_the_question_and_nobody_opened_it(
    open_window: Open, begin: Begin
) -> None:
    begin("suspected")
    async with open_window(session="last", size=WIDE) as window:
        review = window.talk.review
        first = first_offered(review, window.talk.turn)
        assert first is not None
        place = first.evidence.document, first.evidence.page
        assert pages(window, "program")[-1] == place
        assert f"{place[0]}, page {place[1]} of" in window.text
        assert pages(window, "") == []
        await window.press("]")
        assert len(pages(window, "")) == 1
        screen = window.screen
        assert screen._views is not None
        stood = screen._views.place
        await window.press("]")
        turned = screen._views.place
        screen._looked_up(window.talk.turn, "", first, stood)  # a search that ends late turns no page back
        assert screen._views.place == turned != stood
        assert len(pages(window, "")) == 2


@alone
async def test_pages_are_turned_while_the_question_stands(open_window: Open, begin: Begin) -> None:
    begin("prior_surgery")
    async with open_window(session="last", size=WIDE) as window:
        await window.press("]")
        assert "xray-report-2014-07-12, page 1 of 1" in window.text
        await window.press("[", "[")
        assert "ur-report-2014-04-20, page 1 of 1" in window.text
        assert window.focus == "reply"
        assert window.path == "prior_surgery"
        assert window.reply.value == ""


@alone
async def test_on_a_narrow_screen_a_turned_page_takes_the_place_of_the_question(
    open_window: Open, begin: Begin
) -> None:
    begin("prior_surgery")
    async with open_window(session="last", size=NARROW) as window:
        await window.press("]")
        assert window.sees("#panel")
        await window.press("]", "escape")
        assert window.focus == "reply"
        assert window.path == "prior_surgery"


@alone
async def test_the_next_page_that_speaks_of_the_question_is_found(open_window: Open, begin: Begin) -> None:
    begin("prior_surgery")
    async with open_window(session="last", size=WIDE) as window:
        seen = []
        for _ in range(8):
            await window.press("}")
            seen.append((window.screen.open_document(), window.panel.query_one("#tabs").render().plain))  # type: ignore[attr-defined]
        assert len(set(seen)) > 1
        assert seen[0] in seen[1:]  # after the last such page comes the first again
        assert window.path == "prior_surgery"


@alone
async def test_words_are_found_in_the_page(open_window: Open, begin: Begin) -> None:
    begin("prior_surgery")
    async with open_window(session="last", size=WIDE) as window:
        await window.press("\\", *"THE", "enter")
        assert "place 1 of" in window.folded
        await window.press("\\", "enter")
        assert "place 2 of" in window.folded
        await window.press("\\", *"zebra", "enter")
        assert "“zebra” doesn't stand on progress-note-2014-05-10, page 1." in window.folded
        assert window.path == "prior_surgery"


@alone
async def test_a_mark_outlasts_the_page_and_the_session_and_is_cited_then(
    open_window: Open, begin: Begin
) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        window.screen.show_panel("record")
        await window.press("right", "right", "right", "right")
        lines = [str(option.prompt) for option in window.listed.options]
        window.listed.highlighted = next(n for n, line in enumerate(lines) if PLAN in line)
        await window.press("m", "right", "escape")
        assert len(window.talk.review.session.marks) == 1
        await window.press("ctrl+q")
    async with open_window(session="last") as window:
        (mark,) = window.talk.review.session.marks
        assert PLAN in mark.quote
        window.screen.run_action_named("marks")
        await window.settle(lambda: "1 mark" in window.text)
        await window.press("c")
        assert window.talk.cited == (window.talk.review.positioned(mark),)
        window.screen.run_action_named("marks")
        await window.settle(lambda: "1 mark" in window.text)
        await window.press("d")
        assert window.talk.review.session.marks == ()


async def test_what_is_to_be_written_stands_whole_above_the_reply_line(open_window: Open) -> None:
    from assistant import profile

    profile.profile_path().unlink()
    async with open_window(CASE, size=NARROW) as window:
        assert "How many hours a week do you work in active practice." in window.folded
        assert "(to be written)" not in window.text
