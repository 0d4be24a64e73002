"""What the pages propose, on one screen beside the page: Enter confirms, a key corrects a part, a key refuses."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import ClassVar, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.suggester import Suggester
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.answer import Evidence
from assistant.core.problem import Refused
from assistant.core.text import counted, one_line, shortened, time_left, visible
from assistant.records.case_folder import place_for
from assistant.records.course import narrowed
from assistant.records.intake import Intake
from assistant.records.intake_proposals import (
    CONFIRMED,
    DOCUMENT,
    ITEM,
    LINE,
    OPEN,
    QUESTION,
    REFUSED,
    Proposal,
)
from assistant.records.parting import days_on
from assistant.tui.dialogs import AskScreen, ChooseScreen, LinesScreen
from assistant.tui.widgets import Hanging, KeyLine, MarkedList, ProgramScreen, literal

NARROW = 100
_DAYS = 12
"""So many of the days on its pages are offered for a document that has none."""
_MARKS = {OPEN: "·", CONFIRMED: "+", REFUSED: "x"}
_HEADINGS = {
    DOCUMENT: "Documents: Enter confirms the list",
    QUESTION: "To be looked at",
    "claim": "Claim",
    "decision": "Decision",
    "item": "Disputed services",
}


_HELP = (
    "What the pages propose",
    "  Enter            confirms the line; on a heading all that is open under it, a page of lines among it",
    "  c                corrects a part of the line: Enter takes the part that is asked for",
    "  x                refuses the line; it isn't proposed again",
    "  u                opens again what was confirmed or refused",
    "  n                shows the next page that says it; Page Up and Page Down turn it",
    "  l                shows lines of one kind, region or side only",
    "  a                adds a line on the page that is shown, or a disputed service",
    "  f                makes the case, once all but the lines of its course is decided",
    "  Esc              leaves; what you confirmed is kept",
    "",
    "· is open, + confirmed, x refused; (?) stands where something is asked for. What isn't confirmed is no fact.",
)


class Work(Protocol):
    """What has proposals: a packet on its way to a case, or the chronology of one."""

    notes: list[str]

    @property
    def proposals(self) -> list[Proposal]:
        """Everything that is proposed."""

    @property
    def wanting(self) -> list[Proposal]:
        """What is open before a review can begin."""

    def get(self, key: str) -> Proposal:
        """The proposal of a key."""

    def confirm(self, key: str) -> None:
        """Takes one."""

    def refuse(self, key: str) -> None:
        """Turns one down."""

    def reopen(self, key: str) -> None:
        """Takes a decision back."""

    def correct(self, key: str, name: str, value: str) -> None:
        """Gives a part another value."""

    def add(self, group: str, said: str, place: Evidence | None) -> Proposal:
        """Adds what no page was found to propose."""

    def page(self, place: Evidence) -> str:
        """The text of a page."""

    def where(self, place: Evidence) -> str:
        """A page as a person finds it."""


class ProposalScreen(ProgramScreen):
    """The list of proposals, the one that is highlighted with its parts, and the page on which it stands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "correct", "correct"),
        Binding("x", "refuse", "refuse"),
        Binding("u", "reopen", "open again"),
        Binding("n", "other_page", "other page"),
        Binding("l", "narrow", "filter"),
        Binding("a", "add", "add"),
        Binding("f1", "help", show=False),
        Binding("pagedown", "turn(1)", show=False, priority=True),
        Binding("pageup", "turn(-1)", show=False, priority=True),
        Binding("escape,ctrl+q", "leave", "leave"),
    ]
    DEFAULT_CSS = """
    #intake-top { height: 1; text-style: bold; }
    #intake-list { height: 1fr; border: none; }
    #intake-one { height: auto; max-height: 11; padding: 0 1; border-top: solid $accent; }
    #intake-left { width: 1fr; }
    #intake-right { width: 1fr; border-left: solid $accent; padding: 0 1; }
    .narrow #intake-body { layout: vertical; }
    .narrow #intake-left { width: 100%; height: 13; }
    .narrow #intake-right { width: 100%; height: 1fr; border-left: none; border-top: solid $accent; }
    .narrow #intake-one { height: 4; }
    """
    SCOPED_CSS = False
    AUTO_FOCUS = "#intake-list"
    KEYS: ClassVar[list[tuple[str, str, str]]] = [
        ("enter", "confirm", "confirm"),
        ("c", "correct", "correct"),
        ("x", "refuse", "refuse"),
        ("u", "reopen", "reopen"),
        ("n", "page", "other_page"),
        ("l", "kind", "narrow"),
        ("a", "add", "add"),
        ("esc", "leave", "leave"),
    ]

    ADDED: ClassVar[tuple[str, ...]] = (LINE,)
    _end = "Esc leaves."

    def __init__(self, work: Work, title: str, left: Callable[[], None] | None = None) -> None:
        """`left` is called when the screen is gone."""
        super().__init__()
        self._left = left
        self._work = work
        self._title = title
        self._rows: list[str] = []
        self._place = 0
        self._only: dict[str, str] = {}
        self.made: Path | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="intake-top", markup=False)
        with Horizontal(id="intake-body"):
            with Vertical(id="intake-left"):
                yield MarkedList(id="intake-list")
                yield Static("", id="intake-one", markup=False)
            with VerticalScroll(id="intake-right", can_focus=False):
                yield Static("", id="intake-page", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(KeyLine).show(self.KEYS)
        begun = (key for key, _, rows in self._groups() if any(one.state == OPEN for one in rows))
        self._fill(next(begun, ""))
        if self._work.notes:
            self.tell("\n".join(self._work.notes[:6]))

    def on_unmount(self) -> None:
        if self._left is not None:
            self._left()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "narrow")

    # -- the list

    def _groups(self) -> list[tuple[str, str, list[Proposal]]]:
        """Headings with what they confirm and the proposals under them; lines stand under their page."""
        made: list[tuple[str, str, list[Proposal]]] = []
        for one in self._work.proposals:
            if one.group == LINE:
                if not narrowed([one], **self._only):
                    continue
                key = f"page {one.evidence[0].document}:{one.evidence[0].page}" if one.evidence else "page"
                said = (
                    f"{self._work.where(one.evidence[0])}: Enter confirms the page"
                    if one.evidence
                    else "No page"
                )
            else:
                key, said = f"group {one.group}", _HEADINGS[one.group]
            held = next((rows for name, _, rows in made if name == key), None)
            if held is None:
                made.append((key, said, [one]))
            else:
                held.append(one)
        return made

    def _fill(self, stay: str = "") -> None:
        listed = self.query_one("#intake-list", MarkedList)
        at = listed.highlighted or 0
        options: list[Option] = []
        self._rows = []
        for key, said, rows in self._groups():
            options.append(Option(literal(f"{said} ({counted(len(rows), 'entry')})", "bold")))
            self._rows.append(key)
            for one in rows:
                options.append(Option(Hanging(f" {_MARKS[one.state]} ", self._line(one))))
                self._rows.append(one.key)
        listed.clear_options()
        listed.add_options(options)
        if options:
            listed.highlighted = self._rows.index(stay) if stay in self._rows else min(at, len(options) - 1)
        self.call_after_refresh(self._in_view)
        wanting = len(self._work.wanting)
        left = f"{wanting} to decide before a review can begin" if wanting else self._ready()
        only = "".join(f" · only {value}" for value in self._only.values())
        self.query_one("#intake-top", Static).update(literal(f"{self._title} · {left}{only}"))

    def _ready(self) -> str:
        return f"{sum(one.state == OPEN for one in self._work.proposals)} open"

    def _line(self, one: Proposal) -> str:
        held = one.fields
        marks = " (?)" if any(not held.get(name) for name in one.asked) else ""
        if one.group == DOCUMENT:
            said = f"{one.title} {held['date'] or 'undated'} {held['type']}, {held['author'] or 'no author'}"
        elif one.group == LINE:
            said = f"{held['date']} {held['says']}"
        else:
            said = one.words
        told = [
            note for note in one.notes if one.group in (LINE, DOCUMENT) and not note.startswith("not wholly")
        ]
        flag = f" [{'; '.join(told)}]" if told else ""
        return shortened(f"{said}{marks}{flag}", 150)

    def _current(self) -> tuple[str, list[Proposal]]:
        """The row that is highlighted, and what it is about: one proposal, or those under a heading."""
        at = self.query_one("#intake-list", MarkedList).highlighted
        if at is None or at >= len(self._rows):
            return "", []
        key = self._rows[at]
        for name, _, rows in self._groups():
            if name == key:
                return key, rows
        return key, [self._work.get(key)]

    def _in_view(self) -> None:
        """Scrolls to the row that is highlighted: to a heading so that what Enter would confirm under it is seen."""
        listed = self.query_one("#intake-list", MarkedList)
        key, held = self._current()
        if held and held[0].key != key and listed.highlighted is not None:
            listed.scroll_to_rows(listed.highlighted, len(held) + 1)
        else:
            listed.scroll_to_highlight()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        self._place = 0
        self.call_after_refresh(self._in_view)
        self._show()

    def _show(self) -> None:
        key, held = self._current()
        if not held:
            return
        one = held[0]
        lines: list[str] = []
        if key == one.key or len(held) == 1:
            lines += [
                f"{name.replace('_', ' ')}: {value or '(to be filled in)'}"
                for name, value in one.fields.items()
                if value or name in one.asked
            ]
            lines += [f"another page says: {other}" for other in one.others]
            lines += list(one.notes)
        else:
            lines.append(counted(len(held), "entry"))
        self.query_one("#intake-one", Static).update(literal("\n".join(lines)))
        self._show_page(one)

    def _show_page(self, one: Proposal) -> None:
        if not one.evidence:
            self.query_one("#intake-page", Static).update(literal(one.title))
            return
        place = one.evidence[self._place % len(one.evidence)]
        several = (
            f" ({self._place % len(one.evidence) + 1} of {len(one.evidence)})"
            if len(one.evidence) > 1
            else ""
        )
        head = literal(f"{self._work.where(place)}{several}\n\n", "bold")
        self.query_one("#intake-page", Static).update(
            Content.assemble(head, marked_page(self._work.page(place), place.quote))
        )
        self.call_after_refresh(self._to_words, self._work.page(place), place.quote)

    def _to_words(self, text: str, quote: str) -> None:
        """Scrolls the page to the words that are marked on it."""
        room = self.query_one("#intake-right", VerticalScroll)
        width = max(1, self.query_one("#intake-page", Static).size.width)
        found = _span(text, quote)
        above = text[: found[0]].split("\n")[:-1] if found is not None else []
        rows = sum(max(1, -(-len(line) // width)) for line in above)
        room.scroll_to(y=rows if rows + 3 > room.size.height else 0, animate=False)

    # -- keys

    @on(OptionList.OptionSelected)
    def _confirm(self) -> None:
        key, held = self._current()
        before = list(self._rows)
        undated = [one for one in held if key != one.key and one.state == OPEN and _is_undated(one)]
        try:
            for one in held:
                if (one.state == OPEN and one not in undated) or (key == one.key and one.state == REFUSED):
                    self._work.confirm(one.key)
        except Refused as refused:
            self.tell(str(refused), "error")
            self._fill(key)
            return
        following = undated[0].key if undated else self._next(key, before, held)
        if not any(one.state == OPEN for one in self._work.proposals):
            self.tell(f"Nothing is left to confirm. {self._end}")
        if undated:
            self.tell(f"{counted(len(undated), 'document')} without a date: c writes it, Enter leaves it so.")
        self._fill(following)

    def _next(self, key: str, rows: Sequence[str], held: Sequence[Proposal]) -> str:
        """The next row that is open: behind a heading what is under it is passed over."""
        done = {one.key for one in held}
        after = rows[rows.index(key) + 1 :] if key in rows else []
        states = {one.key: one.state for one in self._work.proposals}
        for name in after:
            if name in done:
                continue
            if states.get(name) == OPEN:
                return name
            if name not in states and any(
                one.state == OPEN for group, _, rows_ in self._groups() if group == name for one in rows_
            ):
                return name
        return key

    def action_confirm(self) -> None:
        self._confirm()

    def action_help(self) -> None:
        self.app.push_screen(LinesScreen(_HELP))

    def action_refuse(self) -> None:
        key, held = self._current()
        if len(held) == 1 and held[0].key == key:
            before = list(self._rows)
            self.attempt(lambda: self._work.refuse(key))
            self._fill(self._next(key, before, held))
        else:
            self.tell("A heading can't be refused; choose a line.", "warning")

    def action_reopen(self) -> None:
        key, held = self._current()
        if len(held) == 1 and held[0].key == key:
            self.attempt(lambda: self._work.reopen(key))
            self._fill(key)

    def action_correct(self) -> None:
        key, held = self._current()
        if len(held) != 1 or held[0].key != key or not held[0].fields:
            self.tell("Choose a line to correct.", "warning")
            return
        one = held[0]
        rows = [(name, f"{name.replace('_', ' ')}: {value or '-'}") for name, value in one.fields.items()]
        wanted = next((name for name in one.asked if not one.fields[name]), "")

        def chosen(name: str | None) -> None:
            days = self._days_on(one) if name == "date" and not one.fields[name] else []
            if days:
                question = "date: one of those on its pages (arrows, Enter), or write it"
                self.app.push_screen(
                    ChooseScreen(question, days, own=True), lambda value: written("date", value)
                )
            elif name is not None:
                written(name, one.fields[name])

        def written(name: str, value: str | None) -> None:
            """Takes over a day that was chosen; what isn't taken, or is to be written, stays in its field."""
            if value is None:
                return
            question = f"{name.replace('_', ' ')}: Enter takes it over, Escape leaves it"
            if name == "date" and value and not one.fields[name]:
                try:
                    take(name, value)
                    return
                except Refused as refused:
                    question = f"{refused}\n\n{question}"
            self.app.push_screen(AskScreen(question, value, lambda said: take(name, said)))

        def take(name: str, value: str) -> None:
            self._work.correct(key, name, value)
            self._fill(key)
            self._show()

        self.app.push_screen(ChooseScreen("Which part?", rows, first=wanted), chosen)

    def _days_on(self, one: Proposal) -> list[tuple[str, str]]:
        """The whole days that the pages of a document bear, each with the line where it stands first."""
        pages = (self._work.page(place) for place in (one.evidence if one.group == DOCUMENT else ()))
        days = [(str(day), f"{day.prose()}: “{shortened(line, 44)}”") for day, line in days_on(pages).items()]
        return days[:_DAYS]

    def action_add(self) -> None:
        """Asks for what can be added, a line on the page that is shown among it, and adds it."""
        _, held = self._current()
        places = held[0].evidence if held else ()
        place = places[self._place % len(places)] if places else None
        rows = [(ITEM, "another disputed service")] if ITEM in self.ADDED else []
        if place is not None:
            rows.append((LINE, f"a line on {self._work.where(place)}"))
        asked = {ITEM: "What was refused?", LINE: "Its day and its words, as 2014-07-12 What was done"}

        def chosen(group: str | None) -> None:
            if group is not None:
                self.app.push_screen(AskScreen(asked[group], take=lambda said: add(group, said)))

        def add(group: str, said: str) -> None:
            self._fill(self._work.add(group, said, place if group == LINE else None).key)
            self._show()

        if len(rows) > 1:
            self.app.push_screen(ChooseScreen("What is to be added?", rows), chosen)
        else:
            chosen(rows[0][0] if rows else None)

    def action_other_page(self) -> None:
        self._place += 1
        _, held = self._current()
        if held:
            self._show_page(held[0])

    def action_turn(self, by: int) -> None:
        page = self.query_one("#intake-right", VerticalScroll)
        (page.scroll_page_down if by > 0 else page.scroll_page_up)(animate=False)

    def action_narrow(self) -> None:
        """Shows only lines of one kind, region or side."""
        lines = [one for one in self._work.proposals if one.group == LINE]
        parts = ("kind", "region", "side")
        values = {(value, name) for one in lines for name in parts if (value := one.fields[name])}
        rows = [
            ("", "all lines"),
            *((f"{name} {value}", f"{value} ({name})") for value, name in sorted(values)),
        ]

        def chosen(said: str | None) -> None:
            if said is not None:
                name, _, value = said.partition(" ")
                self._only = {name: value} if value else {}
                self._fill()
                self._show()

        self.app.push_screen(ChooseScreen("Only lines of which kind, region or side?", rows), chosen)


def _is_undated(one: Proposal) -> bool:
    """Whether it is a document whose day is asked for: that is looked at by itself, and never confirmed with a list."""
    return one.group == DOCUMENT and "date" in one.asked and not one.fields["date"]


class IntakeScreen(ProposalScreen):
    """A packet on its way to a case, which is made when all that comes before a review is decided."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "finish", "make the case"),
    ]
    KEYS: ClassVar[list[tuple[str, str, str]]] = [
        ("f", "finish", "finish"),
        *ProposalScreen.KEYS,
    ]
    ADDED = (ITEM, LINE)
    _end = "f makes the case."

    def __init__(self, work: Intake, left: Callable[[], None] | None = None) -> None:
        super().__init__(work, "A packet becomes a case", left)
        self._intake = work

    def _ready(self) -> str:
        return "f makes the case; the other lines can wait"

    def action_leave(self) -> None:
        """Asks once: what was confirmed is kept, and gone on with."""

        def chosen(said: str | None) -> None:
            if said == "leave":
                self.leave()

        rows = [("stay", "no, go on here"), ("leave", "yes; what was confirmed is kept for later")]
        self.app.push_screen(ChooseScreen("Leave? No case is made yet.", rows, first="leave"), chosen)

    def action_finish(self) -> None:
        """Asks for title and name, and makes the case."""
        if self._work.wanting:
            wanting = self._work.wanting
            self.tell(
                f"{counted(len(wanting), 'entry')} to decide first, as {one_line(wanting[0].words, 80)}",
                "warning",
            )
            self._fill(wanting[0].key)
            return
        if open_lines := [one for one in self._work.proposals if one.group == LINE and one.state == OPEN]:
            rows = [
                ("look", "look at them first, a page at a time"),
                ("make", "make the case; in its review Chronology lists them"),
            ]
            question = (
                f"Not confirmed: {counted(len(open_lines), 'line')} about the course of the case. The clinical summary of"
                " the letter, and what is proposed as an answer, come of those that are."
            )

            def chosen(said: str | None) -> None:
                if said == "make":
                    self._ask_title()
                elif said is not None:
                    self._fill(self._page_of(open_lines[0]))

            self.app.push_screen(ChooseScreen(question, rows), chosen)
        else:
            self._ask_title()

    def _page_of(self, line: Proposal) -> str:
        """The heading of the page under which a line stands."""
        return next((key for key, _, rows in self._groups() if line in rows), line.key)

    def _ask_title(self) -> None:
        """Asks for the title and whether it is practice, and makes the case."""

        def titled(said: str | None) -> None:
            if said:
                told = self._intake.practice
                question = f"Is it for practice only?{f' Its pages say “{told}”.' if told else ''}"
                rows = [("no", "no, a real case"), ("yes", "yes, for practice")]
                self.app.push_screen(
                    ChooseScreen(question, rows, first="yes" if told else "no"),
                    lambda practice: made(said, practice),
                )

        def made(said: str, practice: str | None) -> None:
            if practice is None:
                return
            try:
                self.made = self._intake.finish(self._intake.case_id, visible(said), practice == "yes")
            except Refused as refused:
                self.tell(str(refused), "error")
                return
            self.leave()

        self.app.push_screen(
            AskScreen("Title of the case, without the patient's name", self._intake.title), titled
        )


# Where a packet is named on the screen, and read.


class _Paths(Suggester):
    """Completes the name of a file or a folder."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        folder, _, begun = value.rpartition("/")
        try:
            names = sorted(
                one.name + "/" * one.is_dir()
                for one in Path(f"{folder}/" if "/" in value else ".").expanduser().iterdir()
            )
        except OSError:
            return None
        hit = next((one for one in names if begun and one.startswith(begun) and one != begun), None)
        return f"{value[: len(value) - len(begun)]}{hit}" if hit else None


class _Stopped(Exception):
    """The reading was stopped; what was read is kept."""


class PacketScreen(ProgramScreen):
    """Asks for the files of a packet, and reads them; what they propose stands on the next screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+q", "leave", "leave")]
    DEFAULT_CSS = "PacketScreen Static { height: auto; padding: 0 2; margin-top: 1; } PacketScreen Input { margin: 1 2; }"
    AUTO_FOCUS = "Input"

    def __init__(self, paths: str = "") -> None:
        """`paths` are read at once, as somebody would write them."""
        super().__init__()
        self._paths = paths
        self._reading = False
        self._stopped = False
        self._at = ("", 0, 0)
        self._since = 0.0

    def on_mount(self) -> None:
        self.set_interval(1, self._tell_place)
        if self._paths:
            self._begin(self._paths)

    def compose(self) -> ComposeResult:
        yield Static("A packet becomes a case: a PDF, several files, or a folder of them", markup=False)
        yield Input(
            self._paths, placeholder="path; right arrow completes it", suggester=_Paths(), compact=True
        )
        yield Static(
            "Enter reads it. Nothing is a case before you have confirmed it. Esc leaves.",
            id="packet-told",
            markup=False,
        )

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        self._begin(event.value)

    def _begin(self, said: str) -> None:
        paths = named(said)
        if self._reading or not paths:
            return
        missing = next((one for one in paths if not one.exists()), None)
        if missing is not None:
            self._say(f"{one_line(str(missing))}: There is no such file. Check the name.")
            return
        self._reading = True
        self.query_one(Input).disabled = True
        self._come_to("open", 0, 0)
        self._read(paths)

    def _come_to(self, what: str, done: int, whole: int) -> None:
        """Takes note of how far the reading has come, and tells it."""
        if self._at[0] != what:
            self._since = monotonic()
        self._at = what, done, whole
        self._tell_place()

    def _tell_place(self) -> None:
        """Tells how far the reading has come, and for how long yet; each second, since a page of a scan takes many."""
        what, done, whole = self._at
        if not self._reading or self._stopped or not what:
            return
        gone = monotonic() - self._since
        pages = f"{done:,} of {counted(whole, 'page')} read"
        left = time_left(gone, done, whole) or (f"{gone:.0f} s so far" if gone >= 1 else "")
        told = {
            "open": "Opening it",
            "read": f"Reading: {pages}",
            "recognise": f"Recognising what was scanned: {pages}",
            "propose": "All pages are read. Looking through them",
        }[what]
        self._say(
            f"{told}{f', {left}' if left else ''}.\n\nEsc stops; what was read is kept, and the same path goes on there."
        )

    def _say(self, words: str) -> None:
        if self.is_attached:
            self.query_one("#packet-told", Static).update(literal(words))

    def action_leave(self) -> None:
        if not self._reading:
            self.leave()
        else:
            self._stopped = True
            self._say("Stopping ...")

    def release(self) -> None:
        self._stopped = True

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self, paths: list[Path]) -> None:
        def told(what: str, done: int, whole: int) -> None:
            if self._stopped:
                raise _Stopped
            self.app.call_from_thread(self._come_to, what, done, whole)
            if what == "recognise" and done == whole:
                self.app.call_from_thread(self._come_to, "propose", 0, 0)

        made: Intake | None = None
        try:
            files, target = place_for(paths)
            made = Intake(target, told)
            made.arrive(files)
            assert made.proposals
        except (_Stopped, Refused) as problem:
            if made is not None:
                made.is_kept = made.is_kept or isinstance(problem, _Stopped)
                made.__exit__(type(problem), problem)
            if not self._stopped:
                self.app.call_from_thread(self._not_read, str(problem))
            elif self.is_attached:
                self.app.call_from_thread(self.leave)
            return
        self.app.call_from_thread(self._was_read, made)

    def _not_read(self, why: str) -> None:
        self._reading = False
        field = self.query_one(Input)
        field.disabled = False
        field.focus()
        self._say(why)

    def _was_read(self, made: Intake) -> None:
        self.app.switch_screen(IntakeScreen(made, made.__exit__))


def named(said: str) -> list[Path]:
    """The files that were named: one path as it is, or several as a shell parts them."""
    whole = Path(said.strip()).expanduser()
    if not said.strip() or whole.exists():
        return [whole] if said.strip() else []
    try:
        return [Path(one).expanduser() for one in shlex.split(said, posix=os.sep == "/")]
    except ValueError:  # a quotation mark alone
        return [whole]


def marked_page(text: str, quote: str) -> Content:
    """A page with the words of a quote underlined, however their lines are broken."""
    found = _span(text, quote)
    if found is None:
        return literal(text)
    start, end = found
    return Content.assemble(
        literal(text[:start]), literal(text[start:end], "bold underline"), literal(text[end:])
    )


def _span(text: str, quote: str) -> tuple[int, int] | None:
    words = quote.split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return found.span() if found else None
