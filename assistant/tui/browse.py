"""`imr log browse`: the sessions of a log, their steps, the history of an answer and the pages behind it, as lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.access_events import AccessRead
from assistant.core.answer import Evidence
from assistant.core.problem import Refused, refuse
from assistant.core.rationale import assess
from assistant.core.text import ascii_json, counted, one_line
from assistant.files import write_file
from assistant.letter import to_text
from assistant.letter.sections import closed
from assistant.log import access
from assistant.log.bundle import is_bundle, open_source
from assistant.log.fold import load_session
from assistant.log.sql import as_objects, csv_lines, json_lines
from assistant.log.timeline import Change, timeline
from assistant.review.determination import compose_from_log
from assistant.review.loading import pages_of
from assistant.tui.dialogs import LetterScreen
from assistant.tui.widgets import MarkedList, literal

if TYPE_CHECKING:
    from assistant.log.sql import ReadOnly


# What an auditor looks at in a log, list by list: sessions, the steps of one, an answer's history, a draft's
# sources.


MOST_SESSIONS = 500
"""How many sessions a list holds; the filter finds the others."""


@dataclass(frozen=True)
class BrowseRow:
    """A line of a list: what it is known by, and its cells."""

    key: str
    cells: tuple[str, ...]

    def holds(self, words: Sequence[str]) -> bool:
        """Whether every word stands somewhere in it."""
        text = " ".join(self.cells).casefold()
        return all(word in text for word in words)


SESSION_COLUMNS = ("session", "last entry", "kind", "status", "outcome", "reviewer", "case")
STEP_COLUMNS = ("no.", "time (UTC)", "step", "question", "what it says")
STEP_MORE = ("reason", "pages", "hash")
"""What is written to a file of a step besides the columns that are shown."""

SENTENCE_COLUMNS = ("item", "sentence", "rests on")

_SESSIONS = """
SELECT session, last, kind, status, coalesce(outcome, ''), reviewer, case_id FROM session
WHERE kind IN ('real', 'practice', 'training') AND {where} ORDER BY last DESC
"""
_SAID = "session || ' ' || kind || ' ' || status || ' ' || coalesce(outcome, '') || ' ' || reviewer || ' ' || case_id"


def sessions(tables: ReadOnly, words: str) -> tuple[list[BrowseRow], bool]:
    """The reviews that hold every one of the words, the one last worked on first; and whether there are more."""
    wanted = words.split()[:8]
    where = " AND ".join(f"{_SAID} LIKE :w{n} ESCAPE '\\'" for n in range(len(wanted))) or "1"
    values: dict[str, str | int] = {f"w{n}": f"%{_literal(word)}%" for n, word in enumerate(wanted)}
    found = tables.run(_SESSIONS.format(where=where), values, limit=MOST_SESSIONS)
    rows = [
        BrowseRow(str(row[0]), tuple(_short(n, value) for n, value in enumerate(row))) for row in found.rows
    ]
    return rows, found.more


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _short(column: int, value: object) -> str:
    return str(value)[:16].replace("T", " ") if column == 1 else str(value)


@dataclass(frozen=True)
class EntryRow:
    """A step of a session: its row, the place that it is about, and the pages that it names."""

    row: BrowseRow
    place: tuple[str, str]
    says: str
    reason: str
    evidence: tuple[Evidence, ...]
    hash: str

    @property
    def whole(self) -> tuple[str, ...]:
        """Its cells with nothing left out, under `STEP_COLUMNS` and `STEP_MORE`."""
        pages = ", ".join(dict.fromkeys(map(str, self.evidence)))
        return (*self.row.cells[:-1], self.says, self.reason, pages, self.hash)


class Opened:
    """One session as it is looked at; that it was read is logged in a sitting of its own, never in the session."""

    def __init__(self, log_path: Path, name: str) -> None:
        source, self.id = open_source(log_path, name)
        self.unlogged = "" if is_bundle(name) else access.note(log_path, AccessRead("log browse", (self.id,)))
        with source:
            self.steps = tuple(map(_row, timeline(source, source.read(self.id))))
            self.session, _ = load_session(source, self.id)
        self.pages = pages_of(self.session)

    def history(self, places: Iterable[tuple[str, str]]) -> list[BrowseRow]:
        """Every step about these questions or parts of them, oldest first."""
        wanted = {(item, path.split(".", 1)[0]) for item, path in places}
        return [
            step.row
            for step in self.steps
            if step.place[1] and (step.place[0], step.place[1].split(".", 1)[0]) in wanted
        ]

    def draft(self) -> list[tuple[BrowseRow, tuple[str, ...], tuple[Evidence, ...]]]:
        """The sentences of the draft, each with the questions and the passages that it rests on.

        An item's are left out where the letter leaves them out: before its questions are answered.
        """

        made = []
        for item in self.session.items:
            if closed(self.session, item):
                continue
            for number, one in enumerate(assess(self.session, item).sentences, 1):
                own = " [the reviewer's own words]" if one.origin == "reviewer" else ""
                rests = ", ".join((*one.prompts, *one.criteria, *dict.fromkeys(map(str, one.evidence))))
                row = BrowseRow(
                    f"{item}/{number}", (item, f"{number}. {one.text}{own}", rests or ", ".join(one.facts))
                )
                made.append((row, one.prompts, one.evidence))
        return made

    def page(self, evidence: Evidence) -> str:
        """The text of a cited page; a sentence where it can't be shown."""
        document = self.pages.get(evidence.document, ())
        if not 1 <= evidence.page <= len(document):
            return "The page is not in the case folder as it was when the session began, and can't be shown."
        return document[evidence.page - 1]

    def letter(self, log_path: Path, name: str) -> str:
        """The letter as it stands, or why it can't be composed."""

        source, session = open_source(log_path, name)
        with source:
            try:
                return to_text(compose_from_log(source, session))
            except Refused as refused:
                return str(refused)


def _row(one: Change) -> EntryRow:
    cells = (str(one.entry.seq), one.entry.ts[11:19], one.entry.kind, one.where, one_line(one.words, 400))
    return EntryRow(
        BrowseRow(str(one.entry.seq), cells),
        (one.item or "", one.prompt or ""),
        one.words,
        one.because,
        one.evidence,
        one.entry.leaf,
    )


_GAP = "  "


class BrowseList(Screen[None]):
    """The rows of `all_rows` that hold the words typed; each kind of list says what its rows are and lead to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "open", priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "move(-20)", show=False, priority=True),
        Binding("pagedown", "move(20)", show=False, priority=True),
        Binding("f8", "export", "export"),
        Binding("escape", "leave", "back", priority=True),
    ]
    DEFAULT_CSS = """
    #browse-title { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #browse-filter { border: none; height: 1; padding: 0 1; background: $surface; }
    #browse-filter:focus { border: none; }
    #browse-head { height: 1; padding: 0 1; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
    #browse-list { height: 1fr; border: none; padding: 0 1; background: $background; scrollbar-size-vertical: 1; }
    #browse-list > .option-list--option { text-wrap: nowrap; text-overflow: ellipsis; }
    #browse-about { height: auto; max-height: 10; padding: 0 1; border-top: solid $panel; }
    """
    SCOPED_CSS = False
    AUTO_FOCUS = "#browse-filter"
    columns: ClassVar[Sequence[str]] = ()
    called: ClassVar[str] = "rows"
    """What its rows are: the name of the file that they are written to."""

    more = False
    """Whether other rows hold the words too, and the list takes no more."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.shown: list[BrowseRow] = []

    def compose(self) -> ComposeResult:
        yield Static(literal(self._title), id="browse-title", markup=False)
        yield Input(placeholder="type to narrow the list", id="browse-filter")
        yield Static(id="browse-head", markup=False)
        yield MarkedList(id="browse-list")
        yield Static(id="browse-about", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#browse-list", OptionList).can_focus = False
        self.narrow("")

    # -- what a kind of list says ------------------------------------------------------------------

    def rows_with(self, words: str) -> list[BrowseRow]:
        """The rows that hold every word."""
        raise NotImplementedError

    def about(self, row: BrowseRow) -> str:
        """More of the row that is chosen, under the list."""
        return ""

    def go_in(self, row: BrowseRow) -> None:
        """What Enter leads to."""

    def written(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """The columns and the rows that F8 writes: those that are shown, whole."""
        return self.columns, [row.cells for row in self.shown]

    # -- the list ----------------------------------------------------------------------------------

    def narrow(self, words: str) -> None:
        """Shows the rows that hold the words."""
        try:
            self.shown = self.rows_with(words)
        except Refused as refused:
            self.query_one("#browse-about", Static).update(literal(str(refused)))
            return
        widths = [
            min(max([len(name), *(len(row.cells[n]) for row in self.shown)]), 40)
            for n, name in enumerate(self.columns)
        ]
        room = max(self.size.width - 6, 20)  # the gutter of the list takes two columns
        self.query_one("#browse-head", Static).update(literal(f"  {_line(self.columns, widths, room)}"))
        listed = self.query_one("#browse-list", OptionList)
        listed.clear_options()
        listed.add_options([Option(literal(_line(row.cells, widths, room))) for row in self.shown])
        listed.highlighted = 0 if self.shown else None
        self._tell_about()

    @property
    def chosen(self) -> BrowseRow | None:
        at = self.query_one("#browse-list", OptionList).highlighted
        return self.shown[at] if at is not None and at < len(self.shown) else None

    def _tell_about(self) -> None:
        row = self.chosen
        count = counted(len(self.shown), "row")
        if self.more:
            count = f"The first {count}; there are more: type to find them."
        words = self.about(row) if row is not None else ""
        self.query_one("#browse-about", Static).update(
            literal("\n".join(part for part in (words, count) if part))
        )

    def on_resize(self) -> None:
        if self.shown:
            self.narrow(self.query_one("#browse-filter", Input).value)

    @on(Input.Changed, "#browse-filter")
    def _typed(self, event: Input.Changed) -> None:
        self.narrow(event.value)

    @on(OptionList.OptionHighlighted, "#browse-list")
    def _moved(self) -> None:
        self._tell_about()

    @on(OptionList.OptionSelected, "#browse-list")
    def _clicked(self) -> None:
        self.action_choose()

    def action_move(self, by: int) -> None:
        listed = self.query_one("#browse-list", OptionList)
        if self.shown:
            at = listed.highlighted or 0
            listed.highlighted = max(0, min(at + by, len(self.shown) - 1))

    def action_choose(self) -> None:
        row = self.chosen
        if row is not None:
            try:
                self.go_in(row)
            except Refused as refused:
                self.query_one("#browse-about", Static).update(literal(str(refused)))

    def action_leave(self) -> None:
        typed = self.query_one("#browse-filter", Input)
        if typed.value:
            typed.value = ""
        elif len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.exit(0)

    def action_export(self) -> None:
        def done(said: str | None) -> None:
            if said:
                self.query_one("#browse-about", Static).update(literal(said))

        columns, rows = self.written()
        self.app.push_screen(ExportDialog(self.called, columns, rows), done)


class ExportDialog(ModalScreen[str]):
    """Asks for a file to write the rows to that are shown now."""

    DEFAULT_CSS = """
    ExportDialog { align: center middle; }
    #export-asks, #export-wrong { width: 80%; height: auto; padding: 1; background: $panel; }
    #export-name { width: 80%; }
    """
    SCOPED_CSS = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]

    def __init__(self, called: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self._called = called
        self._columns = columns
        self._rows = rows

    def compose(self) -> ComposeResult:
        asks = f"Write what is shown ({counted(len(self._rows), 'row')}) to a new file"
        yield Static(
            f"{asks}; its ending says the form: .csv, .json or .ndjson", id="export-asks", markup=False
        )
        yield Input(value=f"{self._called}.csv", id="export-name")
        yield Static(id="export-wrong", markup=False)
        yield Footer()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(write_rows(Path(event.value.strip()).expanduser(), self._columns, self._rows))
        except Refused as refused:
            self.query_one("#export-wrong", Static).update(literal(str(refused)))


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Writes rows to a new file as CSV, JSON or a JSON object a line; raises `Refused` where it can't be."""
    cells = [tuple(row) for row in rows]
    if path.suffix == ".csv":
        text = "\r\n".join(csv_lines(columns, cells)) + "\r\n"
    elif path.suffix == ".ndjson":
        text = "".join(f"{line}\n" for line in json_lines(columns, cells))
    elif path.suffix == ".json":
        text = ascii_json(as_objects(columns, cells)) + "\n"
    else:
        raise refuse(
            "The file's ending names no form.", one_line(str(path), 80), "Use .csv, .json or .ndjson."
        )
    write_file(path, text.encode("utf-8"))
    return f"{counted(len(rows), 'row')} {'is' if len(rows) == 1 else 'are'} in {one_line(str(path), 80)}."


def _line(cells: Sequence[str], widths: Sequence[int], room: int) -> str:
    """The cells under their heads, cut where the screen ends."""
    padded = [one_line(cell, 400).ljust(width) for cell, width in zip(cells, widths, strict=True)]
    line = _GAP.join(padded).rstrip()
    return (line if len(line) <= room else f"{line[: room - 1]}…") or " "


# The lists that an auditor goes through: sessions, the steps of one, the history of an answer, the draft's
# sentences.


class SessionList(BrowseList):
    """Every review of the log."""

    columns: ClassVar = SESSION_COLUMNS
    called: ClassVar = "sessions"

    def __init__(self, log_path: Path, tables: ReadOnly) -> None:
        super().__init__("Reviews in the log, the one last worked on first")
        self._log_path = log_path
        self._tables = tables

    def rows_with(self, words: str) -> list[BrowseRow]:
        rows, self.more = sessions(self._tables, words)
        return rows

    def about(self, row: BrowseRow) -> str:
        said = zip(SESSION_COLUMNS, row.cells, strict=True)
        return "; ".join(f"{name}: {cell}" for name, cell in said if cell and name in ("case", "outcome"))

    def go_in(self, row: BrowseRow) -> None:
        self.app.push_screen(StepList(self._log_path, Opened(self._log_path, row.key), row.key))


class StepList(BrowseList):
    """The steps of one session, or those of some of its questions: each an item with a prompt."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "page", "page"),
        Binding("f5", "draft", "draft"),
        Binding("f6", "letter", "letter"),
    ]
    columns: ClassVar = STEP_COLUMNS
    called: ClassVar = "steps"

    def __init__(
        self, log_path: Path, opened: Opened, name: str, places: Sequence[tuple[str, str]] = ()
    ) -> None:
        session = opened.session
        about = f"{session.rules.case.id} · {session.mode} · {session.status} · {opened.id}"
        super().__init__(" · ".join([about, *map("/".join, places)]))
        self._log_path = log_path
        self._opened = opened
        self._session = name
        self._places = tuple(places)
        self._steps: dict[str, EntryRow] = {step.row.key: step for step in opened.steps}

    def rows_with(self, words: str) -> list[BrowseRow]:
        rows = (
            self._opened.history(self._places) if self._places else [step.row for step in self._opened.steps]
        )
        wanted = words.casefold().split()
        return [row for row in rows if row.holds(wanted)]

    def about(self, row: BrowseRow) -> str:
        step = self._steps[row.key]
        lines = [step.says]
        if step.place[1] and not self._places:
            lines.append("Enter shows every step of this question.")
        if step.reason:
            lines.append(f"Reason: {step.reason}")
        if step.evidence:
            lines.append(f"Pages (F4 opens them): {', '.join(dict.fromkeys(map(str, step.evidence)))}")
        if self._opened.unlogged:
            lines.append(self._opened.unlogged)
        return "\n".join([*lines, f"Hash of the entry: {step.hash}"])

    def go_in(self, row: BrowseRow) -> None:
        step = self._steps[row.key]
        if step.place[1] and not self._places:
            self.app.push_screen(StepList(self._log_path, self._opened, self._session, [step.place]))
        elif step.evidence:
            self.app.push_screen(PageScreen(self._opened, step.evidence))

    def written(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        return (*STEP_COLUMNS, *STEP_MORE), [self._steps[row.key].whole for row in self.shown]

    def action_page(self) -> None:
        row = self.chosen
        step = self._steps[row.key] if row is not None else None
        if step is None or not step.evidence:
            self.query_one("#browse-about", Static).update("This step names no page.")
        else:
            self.app.push_screen(PageScreen(self._opened, step.evidence))

    def action_draft(self) -> None:
        listed = SentenceList(self._log_path, self._opened, self._session)
        if listed.empty:
            said = "There is no draft to see: it stays closed until the questions are answered."
            self.query_one("#browse-about", Static).update(said)
        else:
            self.app.push_screen(listed)

    def action_letter(self) -> None:
        self.app.push_screen(LetterScreen(self._opened.letter(self._log_path, self._session)))


class SentenceList(BrowseList):
    """The sentences of the draft, each with what it rests on; Enter leads to the steps behind it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f4", "page", "page")]
    columns: ClassVar = SENTENCE_COLUMNS
    called: ClassVar = "sentences"

    def __init__(self, log_path: Path, opened: Opened, name: str) -> None:
        super().__init__(f"Draft of {opened.id}, sentence by sentence")
        self._log_path = log_path
        self._opened = opened
        self._session = name
        self._sentences = {row.key: (row, prompts, evidence) for row, prompts, evidence in opened.draft()}
        self.empty = not self._sentences

    def rows_with(self, words: str) -> list[BrowseRow]:
        wanted = words.casefold().split()
        return [row for row, _, _ in self._sentences.values() if row.holds(wanted)]

    def about(self, row: BrowseRow) -> str:
        return f"{row.cells[1]}\nRests on: {row.cells[2]}"

    def go_in(self, row: BrowseRow) -> None:
        _, prompts, _ = self._sentences[row.key]
        if not prompts:
            raise refuse("No answer stands behind this sentence.", "", "It rests on what its line names.")
        places = [(row.cells[0], prompt) for prompt in prompts]
        self.app.push_screen(StepList(self._log_path, self._opened, self._session, places))

    def action_page(self) -> None:
        row = self.chosen
        evidence = self._sentences[row.key][2] if row is not None else ()
        if not evidence:
            self.query_one("#browse-about", Static).update("No page stands behind this sentence.")
        else:
            self.app.push_screen(PageScreen(self._opened, evidence))


class PageScreen(ModalScreen[None]):
    """A page of the record, with the passage that was cited on top; F4 goes to the next one that is cited."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "next", "next page"),
        Binding("escape,q,enter", "dismiss", "close"),
    ]

    def __init__(self, opened: Opened, evidence: Sequence[Evidence]) -> None:
        super().__init__()
        self._opened = opened
        self._evidence = tuple(dict.fromkeys(evidence))
        self._at = 0

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-lines"):
            yield Static(self._text(), markup=False)
        yield Footer()

    def _text(self) -> Content:
        one = self._evidence[self._at]
        which = f" ({self._at + 1} of {len(self._evidence)} passages)" if len(self._evidence) > 1 else ""
        cited = f"Cited: “{one.quote}”\n\n" if one.quote else ""
        return literal(f"{one}{which}\n\n{cited}{self._opened.page(one)}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self._evidence) > 1 if action == "next" else True

    def action_next(self) -> None:
        self._at = (self._at + 1) % len(self._evidence)
        self.query_one("#help-lines Static", Static).update(self._text())
        self.query_one("#help-lines", VerticalScroll).scroll_home(animate=False)
