"""A review on the screen, by keys and by mouse: what is drawn follows what is logged."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList

from assistant.core import events as e
from assistant.core.commands import LeavePrompt
from assistant.core.turn import Option
from assistant.review.actions import ACTIONS
from assistant.review.conversation import Conversation
from tests.tui.windowing import CASE, NARROW, WIDE, Begin, Open, Window

pytestmark = pytest.mark.usefixtures("one_by_one")


async def test_a_whole_case_with_the_keyboard_alone(open_window: Open) -> None:
    keys = ["enter", "1", "1", "1", "minus", "enter", "enter", "enter", "minus", "enter"]
    keys += [*["minus"] * 6, "enter", "1", *"Applied so.", "enter", "1"]
    keys += ["1", *"Old films.", "enter", *"sign", "enter"]
    async with open_window(CASE) as window:
        await window.press(*keys)
        assert window.talk.turn.kind == "done"
        assert "Signed: Uphold (treatment not approved)." in window.folded
        assert window.kinds()[-1] == "session.signed"
    assert len(keys) <= 100


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_is_first_drawn_has_the_styles_that_it_would_get_anew(
    open_window: Open, size: tuple[int, int]
) -> None:
    async with open_window(CASE, size=size) as window:
        made = [window.screen, *window.screen.query("*")]
        before = [dict(one.styles.base.get_rules()) for one in made]
        window.screen.update_node_styles(animate=False)
        assert [dict(one.styles.base.get_rules()) for one in made] == before


async def test_typing_starts_at_once_and_a_digit_answers_by_itself(open_window: Open) -> None:
    async with open_window(CASE) as window:
        assert window.focus == "reply"
        await window.press("enter")
        assert window.path == "conflict"
        await window.press("1")
        assert window.path == "documents"
        assert window.reply.value == ""
        assert "→ I have no tie to any of them" in window.text
        await window.press(*"these", "enter")
        assert window.path == "timeline"


async def test_a_digit_is_typed_where_a_number_is_asked_for(open_window: Open, begin: Begin) -> None:
    begin("duration")
    async with open_window(session="last") as window:
        await window.press("7", "6")
        assert window.reply.value == "76"
        await window.press("enter")
        assert "→ 76 weeks" in window.text


async def test_single_keys_have_their_meaning_on_the_empty_line_only(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press("question_mark")
        assert "A study is judged by the question that it is to answer." in window.folded
        await window.press("less_than_sign")
        assert window.path == "films_since_surgery"
        await window.press("enter", "a", "question_mark", "less_than_sign", "slash", "2")
        assert window.path == "sought"
        assert window.reply.value == "a?</2"
        assert window.kinds().count("why.opened") == 1


async def test_a_key_that_words_follow_is_taken_back_by_one_key(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        await window.press("1")
        assert window.reply.value == "1 "
        await window.press("backspace")
        assert window.reply.value == ""
        await window.press("minus")
        assert window.path == "sought"


async def test_an_empty_reply_is_answered_once_however_often_it_is_given(
    open_window: Open, begin: Begin
) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        await window.press("9", "9", "enter", "enter", "enter", "enter")
        assert window.text.count("Nothing was typed.") == 1
        assert window.text.count("Type the key of a reply.") == 1
        assert window.path == "acute_trauma"


async def test_the_arrows_choose_a_reply(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        await window.press("up")
        assert window.screen.query_one("#options", OptionList).highlighted == 3
        await window.press("up", "enter")
        assert "Searched 5 documents, 6 pages" in window.text
        assert window.path == "sought"


async def test_a_click_answers(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        await window.pilot.click("#options", offset=(5, 2))
        assert "Searched 5 documents, 6 pages" in window.text
        assert window.focus == "reply"
        await window.press("enter")
        assert window.path == "sought"


async def test_a_reply_that_is_not_there_and_one_that_is_refused(open_window: Open, begin: Begin) -> None:
    begin("acute_trauma")
    async with open_window(session="last") as window:
        await window.press("9")
        assert "! There is no reply 9 here." in window.text
        await window.press(*"ja", "enter")
        assert "! “ja” is not among the answers." in window.text
        assert window.path == "acute_trauma"
        refused = window.events()[-1]
        assert isinstance(refused, e.AnswerRejected)
        assert refused.input == "ja"
        assert "There is no reply 9 here." not in window.text
        await window.press(*["backspace"] * 2, "minus")
        assert window.path == "sought"
        assert "! " not in window.text, "what was wrong is gone with the mend"


async def test_function_keys_note_skip_find_and_say_why(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press("f2")
        assert "Words to look for: to evaluate" in window.folded
        await window.press("f6")
        await window.write("Ask.")
        assert "Noted: Ask." in window.text
        await window.press("f3")
        await window.write("loosening")
        assert "2 passages for “loosening”" in window.text
        assert window.focus == "panel-list"
        await window.press("escape", "f9")
        assert "Left for later" in window.text
        assert window.path == "suspected"
        assert {"why.opened", "note.added", "prompt.skipped"} <= set(window.kinds())


async def test_words_that_are_asked_for_can_be_given_up(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press("f6", *"No", "escape")
        assert window.reply.value == ""
        await window.press("1", "enter", *"xy")
        assert "In which words?" in window.text
        await window.press("backspace", "backspace", "less_than_sign")
        assert "In which words?" not in window.text
        assert window.talk.pending is None
        assert not {"note.added", "answer.recorded"} & set(window.kinds()[-3:])


async def test_escape_gives_up_half_a_reply(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press("1", "enter")
        assert "In which words? (Esc: not now)" in window.text
        await window.press("f4", "escape")
        assert "In which words?" in window.text
        await window.press("escape")
        assert "In which words?" not in window.text
        assert window.talk.pending is None
        assert window.path == "sought"


async def test_what_is_longer_than_the_line_is_shown_whole_above_it(open_window: Open, begin: Begin) -> None:
    begin("sought")
    words = "To see whether the hardware of the earlier operation is sound and whether the neck is stable."
    async with open_window(session="last") as window:
        await window.press("1", "enter", *words[:70])
        assert window.text.count(words[:20]) == 1
        await window.press(*words[70:])
        assert words in window.folded
        await window.press("enter")
        await window.write("cumulative trauma at work")
        await window.settle(lambda: f"→ {words}" in window.folded)
        assert f"→ {words}" in window.folded
        assert "In which words?" not in window.text


async def test_a_session_gone_on_with_begins_with_the_last_answers(open_window: Open, begin: Begin) -> None:
    begin("prior_imaging")
    async with open_window(session="last", size=WIDE) as window:
        assert (
            "Going on: 6 of 16 questions answered, the last of them: │ "
            "Does the record bear this timeline? │ → The record bears all of it │ "
            "Which red flags does the record show? │ → all 7: not documented │ "
            "What surgery of the neck has there been? │ → Fusion,"
        ) in " ".join(row.partition("│")[0].strip() + " │" for row in window.rows()).replace("  ", " ")


async def test_help_names_every_key_and_closes(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        await window.press("f1")
        for words in ("a digit", "F9", "Leave for later"):
            assert words in window.text
        await window.press("end")
        await window.settle(lambda: "Upheld means that the refusal stands" in window.text)
        await window.press("escape")
        assert window.focus == "reply"


async def test_back_and_amend_after_the_suggestion_asks_why(open_window: Open, begin: Begin) -> None:
    begin()
    async with open_window(session="last") as window:
        assert "Suggestion: Upheld (treatment not approved)" in window.text
        await window.press("less_than_sign")
        await window.write("lateral")
        assert "The suggestion has been shown. Why does the answer change?" in window.folded
        await window.write("Not as requested.")
        amended = [one for one in window.events() if isinstance(one, e.AnswerAmended)]
        assert [(one.prompt, one.answer.value, one.reason) for one in amended] == [
            ("views", ["lateral"], "Not as requested.")
        ]


async def test_the_letter_stands_above_the_signature_and_can_be_read_through(
    open_window: Open, begin: Begin
) -> None:
    begin("sign")
    async with open_window(session="last") as window:
        assert "The decision and its main reason" in window.text
        assert window.reply.placeholder == "Sign this determination? PgDn reads on; type sign"
        await window.press("pagedown")
        assert "Documents reviewed" in window.text
        await window.press(*"yes", "enter")
        assert window.talk.turn.kind == "sign"
        window.screen.run_action_named("letter")
        await window.settle(lambda: "DRAFT" in window.text)
        await window.press("escape")
        assert window.focus == "reply"


async def test_a_signed_session_takes_an_addendum_and_no_more(open_window: Open, begin: Begin) -> None:
    begin("done")
    async with open_window(session="last") as window:
        assert "Signed: Uphold (treatment not approved)." in window.text
        assert "This session is signed." in window.text
        offered = {name for name in ("addendum", "note", "skip", "edit", "decide") if offers(window, name)}
        assert offered == {"addendum"}
        for said in ("Not as requested.", "The films came later."):
            await window.write(said)
        assert "could answer. An addendum can still be added to it." in window.folded
        assert "addendum.added" not in window.kinds()
        await window.write(":addendum Not as requested.")
        assert window.kinds()[-1] == "addendum.added"
        await window.press("f5", "down")
        assert "e adds to it" in window.folded
        await window.press("e")
        assert "What is added to sentence 2 of item 1?" in window.folded
        await window.write("A film of 3/3/2013 shows it.")
        assert window.kinds().count("addendum.added") == 1
        assert "Where does it stand?" in window.folded
        await window.write("It came by fax later.")
        assert window.kinds().count("addendum.added") == 2
        transcript = window.screen.transcript
        below = "\n".join("It goes on." for _ in range(transcript.size.height - 4))
        transcript.say_all([("question", "What is asked now?"), ("context", below)])
        await window.settle()
        transcript.styles.max_height = 6  # as where the replies take their room
        await window.settle(lambda: transcript.size.height == 6 and "What is asked now?" in window.text)


def offers(window: Window, name: str) -> bool:
    from assistant.tui.review import ReviewScreen

    assert isinstance(window.screen, ReviewScreen)
    return window.screen.offers(name)


async def test_a_long_conversation_keeps_few_lines_mounted_and_brings_them_back(open_window: Open) -> None:
    async with open_window(CASE) as window:
        transcript = window.screen.transcript
        transcript.say_all([("note", f"line {number}.") for number in range(150)])
        await window.settle(lambda: "line 149." in window.text)
        assert len(transcript.children) <= 90
        for _ in range(20):
            if "line 0." in window.text:
                break
            transcript.page(-1)
            await window.pilot.pause()
        assert "line 0." in window.text
        await window.press("enter")
        assert len(transcript.children) <= 90


async def test_sizes(open_window: Open) -> None:
    async with open_window(CASE, size=(40, 10)) as window:
        assert "The terminal is too small" in window.folded
        assert "qualifications" not in window.text
        await window.pilot.resize_terminal(*NARROW)
        await window.settle(lambda: "too small" not in window.text)
        assert "Are these your qualifications" in window.text
        assert not window.sees("#panel")
        await window.press("f4")
        await window.pilot.resize_terminal(*WIDE)
        await window.settle(lambda: window.sees("#conversation"))
        assert window.sees("#panel")
        await window.pilot.resize_terminal(*NARROW)
        await window.settle()
        assert window.sees("#panel") != window.sees("#conversation")
        await window.press("escape")
        assert window.sees("#conversation")
        assert window.focus == "reply"


@pytest.mark.parametrize("stage", ["sought", "done"])
async def test_no_action_fails_at_any_stage(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setenv("PATH", "")
    begin(stage)
    async with open_window(session="last") as window:
        screen = window.screen
        kind = window.talk.turn.kind
        for action in ACTIONS:
            if action.name not in ("park", "back", "skip"):
                screen.run_action_named(action.name)
                await window.pilot.pause()
                while window.app.screen is not screen:
                    window.app.pop_screen()
                screen.action_leave()
        assert window.app.screen is screen
        assert window.focus == "reply"
        assert window.talk.turn.kind == kind


async def test_ten_replies_and_more_are_numbered(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin("acute_trauma")
    many = tuple(Option(f"Reply {number}", LeavePrompt("1", "acute_trauma")) for number in range(1, 11))
    monkeypatch.setattr(Conversation, "options", property(lambda talk: many))
    async with open_window(session="last", size=WIDE) as window:
        assert "10  Reply 10" in window.text
        await window.press("1")
        assert window.reply.value == "1"


async def test_a_wide_terminal_can_be_made_narrow_at_any_question(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        await window.pilot.resize_terminal(*NARROW)
        await window.settle()
        assert window.sees("#conversation")
        assert "Are these your qualifications" in window.text
        await window.press("enter")
        assert window.path == "conflict"
        assert "1  I have no tie to any of them" in window.text


async def test_keys_in_a_terminal_that_is_too_small_do_no_harm(open_window: Open) -> None:
    async with open_window(CASE) as window:
        await window.press("f4")
        await window.pilot.resize_terminal(40, 10)
        await window.press("f4", "pageup", "pagedown", "space", "up", "end")
        await window.pilot.resize_terminal(*NARROW)
        await window.press("escape", "enter")
        assert window.path == "conflict"


async def test_after_a_window_that_was_too_small_typing_goes_on(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        await window.press(*"Fi")
        await window.pilot.resize_terminal(40, 10)
        await window.settle()
        await window.pilot.resize_terminal(*NARROW)
        await window.settle(lambda: window.focus == "reply")
        await window.press(*"lms")
        assert window.reply.value == "Films"


async def test_all_lines_of_replies_are_seen_and_the_marked_one_always(
    open_window: Open, begin: Begin
) -> None:
    begin("red_flags")
    async with open_window(session="last", size=(60, 16)) as window:
        listed = window.screen.query_one("#options", OptionList)
        for number in range(len(window.talk.options)):
            await window.press("down")
            assert listed.highlighted == number
            await window.settle(lambda: "›" in window.text and window.sees("#reply"))
        await window.pilot.resize_terminal(*WIDE)
        await window.settle()
        assert listed.max_scroll_y == 0


async def test_what_is_typed_after_a_refused_reason_takes_its_place(open_window: Open, begin: Begin) -> None:
    begin("ruling")
    async with open_window(session="last") as window:
        await window.press("1", *"no", "enter")
        assert window.reply.value == "1 no"
        await window.press(*"Old")
        assert window.reply.value == "1 Old"


async def test_leaving_says_how_to_go_on(open_window: Open, begin: Begin) -> None:
    review = begin("sought")
    async with open_window(session="last") as window:
        await window.press("ctrl+q")
        assert window.app.farewell == f"Parked. Go on with `imr resume {review.session.id}`."


async def test_the_prompt_set_of_an_item_can_be_changed(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        for name in ("general", "no-such-set"):
            window.app.screen.run_action_named("set")  # type: ignore[attr-defined]
            await window.write(name)
            assert window.talk.review.session.rules.sets["1"].id == "general"
