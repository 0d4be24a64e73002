"""What a packet proposes, on the screen beside its pages, by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from assistant import library
from assistant.records.course import Course
from assistant.records.intake_proposals import CONFIRMED, DOCUMENT, OPEN
from assistant.tui.app import ImrApp
from assistant.tui.intake import IntakeScreen, ProposalScreen, marked_page, named
from assistant.tui.widgets import KeyLine, MarkedList
from tests.records.test_course import folder
from tests.records.test_intake import NOTE, RFA, UR, of, packet, work_on
from tests.tui.windowing import NARROW, WIDE, Open

__all__ = ["folder"]


def shown(screen: Screen[object], name: str) -> str:
    from textual.widgets import Static

    return str(screen.query_one(f"#{name}", Static).content)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_eight_keys_make_a_case_of_a_packet(tmp_path: Path, size: tuple[int, int]) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        screen = IntakeScreen(work)
        app = ImrApp(tmp_path / "log.sqlite", lambda _: screen)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert "8 to decide" in shown(screen, "intake-top")
            await pilot.press("enter", "enter")
            assert "UTILIZATION REVIEW DETERMINATION" in shown(screen, "intake-page")
            await pilot.press("enter", "enter")
            assert "f makes the case" in shown(screen, "intake-top")
            await pilot.press("f")
            await pilot.pause()
            assert "Not confirmed: 3 lines" in shown(app.screen, "ask-question")
            await pilot.press("2")
            await pilot.press("enter")
            await pilot.press("2")
            await pilot.pause()
        assert screen.made is not None
    case = library.rules_for(library.open_case(screen.made)).case
    assert (case.practice, case.title, case.timeline) == (True, "MRI lumbar spine without contrast", ())


async def test_a_key_corrects_a_part_and_one_refuses(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        screen = IntakeScreen(work)
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=WIDE) as pilot:
            await pilot.pause()
            await pilot.press("down", "down", "down", "c")
            await pilot.press(*"author", "enter")
            await pilot.press("end", *", MPH", "enter")
            await pilot.pause()
            assert of(work, "document")[2].fields["author"] == "Ann Quill, MD, MPH"
            assert "author: Ann Quill, MD, MPH" in shown(screen, "intake-one")
            await pilot.press("x")
            assert of(work, "document")[2].state == "refused"
            await pilot.press("f")
            await pilot.pause()
            assert "to decide" in shown(screen, "intake-top")


async def test_each_part_has_one_key_and_enter_takes_what_is_asked_for(tmp_path: Path) -> None:
    bare = NOTE.replace(" Date of visit: 10/16/2023", "").partition("\nElectronically")[0]
    with work_on(tmp_path, UR, RFA, bare) as work:
        screen = IntakeScreen(work)
        app = ImrApp(tmp_path / "log.sqlite", lambda _: screen)
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            await pilot.press(
                "down", "down", "down", "c", "enter", *"Ann Quill", "enter", "c", "2", "end", *", MD", "enter"
            )
            await pilot.press("c", "enter", *"5/6/24", "enter")
            await pilot.pause()
            assert "is not a date" in shown(app.screen, "ask-question")
            assert app.screen.query_one(Input).value == "5/6/24"
            await pilot.press("end", "backspace", "backspace", *"204", "enter")
            await pilot.pause()
            assert "is not a date" in shown(app.screen, "ask-wrong")
            await pilot.press("backspace", *"24", "enter")
            await pilot.pause()
            written = of(work, "document")[2].fields
            assert (written["author"], written["date"]) == ("Ann Quill, MD", "2024-05-06")
            await pilot.press("escape", "1")  # it goes on
            assert app.screen is screen
            await pilot.press("f1")
            await pilot.pause()
            assert "refuses the line" in shown(app.screen, "lines")
            await pilot.press("escape", "escape", "enter")
            await pilot.pause()
        assert screen.made is None


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_key_adds_a_service_and_a_line_on_the_page_that_is_shown(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        screen = IntakeScreen(work)
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.press("down", "a", "enter", *"acupuncture", "enter")
            await pilot.pause()
            assert "service: acupuncture" in shown(screen, "intake-one")
            await pilot.press("home", "down", "a", "down", "enter", *"2023-09-01 A fall.", "enter")
            await pilot.pause()
            assert "says: September 1, 2023: A fall." in shown(screen, "intake-one")
            assert "UTILIZATION REVIEW DETERMINATION" in shown(screen, "intake-page")
        assert [one.fields["service"] for one in of(work, "item")][1:] == ["acupuncture"]


async def test_every_key_stands_on_the_narrow_key_line(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        screen = IntakeScreen(work)
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=NARROW) as pilot:
            await pilot.pause()
            told = f" {screen.query_one(KeyLine).render()}"
    assert [
        one
        for one in IntakeScreen.KEYS
        if f" {one[0]} {one[1]} " not in f"{told} ".replace("Enter", "enter").replace("Esc", "esc")
    ] == []


async def test_lines_are_confirmed_a_page_at_a_time_and_narrowed(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        for one in of(work, "document"):
            work.confirm(one.key)
        screen = IntakeScreen(work)  # begins with what is open
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=WIDE) as pilot:
            await pilot.pause()
            await pilot.press("enter", "enter", "enter")
            assert "page 3" in shown(screen, "intake-page")
            await pilot.press("l", *"study", "enter")
            await pilot.pause()
            await pilot.press("end", "enter")
            states = {one.fields["kind"]: one.state for one in of(work, "line")}
            assert "only study" in shown(screen, "intake-top")
        assert states["study"] == "confirmed"
        assert states["work"] == "open"


async def test_the_chronology_of_a_case_is_confirmed_on_the_same_screen(folder: Path, tmp_path: Path) -> None:
    with Course(folder) as course:
        screen = ProposalScreen(course, "Chronology")
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=NARROW) as pilot:
            await pilot.pause()
            await pilot.press("end", "enter")
            await pilot.pause()
            assert "1 open" in shown(screen, "intake-top")
    assert len(library.rules_for(library.open_case(folder)).case.timeline) == 2


def test_the_words_of_a_line_are_marked_on_its_page_and_nothing_in_it_is_obeyed() -> None:
    made = marked_page("a \x1b[2Jb\nc [red]d", "[2Jb c")
    assert made.plain == "a ␛[2Jb\nc [red]d"
    assert [str(span.style) for span in made.spans] == ["bold underline"]


async def test_a_review_opens_the_chronology_and_is_offered_what_was_changed_there(
    folder: Path,
    open_window: Open,
) -> None:
    async with open_window(case=str(folder)) as window:
        await window.write(":chronology")
        await window.settle(lambda: isinstance(window.app.screen, ProposalScreen))
        await window.pilot.press("end", "enter")
        await window.pilot.press("escape")
        await window.settle(lambda: window.app.screen is window.screen and "has changed" in window.text)
        await window.press("1")
        await window.settle(lambda: "Taken over" in window.text)
    assert len(library.rules_for(library.open_case(folder)).case.timeline) == 2
    assert not (folder / ".import").exists()


async def test_what_enter_confirms_under_a_heading_is_in_view(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        screen = IntakeScreen(work)
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=NARROW) as pilot:
            listed = screen.query_one("#intake-list", MarkedList)
            for _ in range(7):
                await pilot.pause()
                key, held = screen._current()
                lines = [one for one in range(len(screen._rows)) if screen._rows[one] in (key, held[-1].key)]
                top = listed.scroll_offset.y
                seen = range(top, top + listed.scrollable_content_region.height)
                assert listed._index_to_line[lines[0]] in seen
                assert listed._index_to_line[lines[-1]] in seen or listed._index_to_line[lines[0]] == top
                await pilot.press("enter")


async def test_a_document_without_a_date_is_not_confirmed_with_the_list(tmp_path: Path) -> None:
    undated = NOTE.replace(" Date of visit: 10/16/2023", "").replace(" on 10/16/2023", "")
    with work_on(tmp_path, UR, RFA, undated) as work:
        screen = IntakeScreen(work)
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=NARROW) as pilot:
            await pilot.pause()
            await pilot.press("enter")
            states = [one.state for one in work.proposals if one.group == DOCUMENT]
            assert states == [CONFIRMED, CONFIRMED, OPEN]
            key, _ = screen._current()
            assert work.get(key).state == OPEN
            await pilot.press("enter")  # as it is, looked at by itself
            assert work.get(key).state == CONFIRMED


async def chosen(app: ImrApp, pilot: Pilot[int]) -> str | None:
    """The line of the home screen that is chosen once the work list was read."""
    for _ in range(500):
        await pilot.pause()
        if app.screen.query("#home-list"):
            break
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()
    option = app.screen.query_one("#home-list", MarkedList).highlighted_option
    return option.id if option is not None else None


async def test_the_home_screen_takes_a_packet_by_its_path_and_makes_a_case_of_it(
    tmp_path: Path, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "cases"
    home.mkdir()
    monkeypatch.setenv("IMR_CASES", str(home))
    path = packet(tmp_path, UR, RFA, f"{NOTE}\nMADE UP FOR PRACTICE. Not a real medical record.")
    app = ImrApp(log_path)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await pilot.press("n", *str(tmp_path / "none.pdf"), "enter")
        await pilot.pause()
        assert "There is no such file" in shown(app.screen, "packet-told")
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter", "enter", "escape", "enter")
        assert (
            await chosen(app, pilot) == f"packet:{path}"
        )  # the packet that was left is what Enter goes on with
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "3 to decide" in shown(app.screen, "intake-top")
        await pilot.press("enter", "enter", "enter", "enter", "f", "2", "enter")
        await pilot.pause()
        assert "Not a real medical record" in shown(app.screen, "ask-question")
        await pilot.press("enter")
        listed = await chosen(app, pilot)
    (made,) = library.own_cases()
    assert listed == f"work:{made[0]}"
    case = library.rules_for(library.open_case(made[1])).case
    assert (case.practice, case.items["1"].prompt_set) == (True, "lumbar-mri")
    assert [one.name for one in home.iterdir()] == [made[1].name]


def test_several_files_are_named_as_a_shell_parts_them(tmp_path: Path) -> None:
    (tmp_path / "a b.pdf").touch()
    assert named(f"{tmp_path}/a b.pdf") == [tmp_path / "a b.pdf"]
    assert named(f"'{tmp_path}/a b.pdf' {tmp_path}/c.pdf") == [tmp_path / "a b.pdf", tmp_path / "c.pdf"]
    assert named("  ") == []


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_words_that_a_line_rests_on_are_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    long = NOTE.replace("Data\n", f"{'She walks each day. ' * 6}\n" * 40 + "Data\n")
    with work_on(tmp_path, UR, RFA, long) as work:
        screen = IntakeScreen(work)
        async with ImrApp(tmp_path / "log.sqlite", lambda _: screen).run_test(size=size) as pilot:
            await pilot.pause()
            study = next(one for one in of(work, "line") if one.fields["kind"] == "study")
            listed = screen.query_one("#intake-list", MarkedList)
            listed.highlighted = screen._rows.index(study.key)
            await pilot.pause()
            await pilot.pause()
            page = screen.query_one("#intake-right")
            text = work.page(study.evidence[0])
            width = screen.query_one("#intake-page").size.width
            above = text[: text.index("MRI 06/30/2022")].split("\n")[:-1]
            row = 2 + sum(max(1, -(-len(line) // width)) for line in above)
            assert page.scroll_y <= row + 5
            assert row - 5 <= page.scroll_y + page.size.height
            assert page.scroll_y > 20
