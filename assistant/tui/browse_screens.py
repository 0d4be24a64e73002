"""The lists that an auditor goes through: sessions, the steps of one, the history of an answer, the draft's sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from assistant.browsing import (
    SENTENCE_COLUMNS,
    SESSION_COLUMNS,
    STEP_COLUMNS,
    STEP_MORE,
    Opened,
    Row,
    Step,
    sessions,
)
from assistant.core.answer import Evidence
from assistant.core.problem import refuse
from assistant.tui.browse_list import BrowseList
from assistant.tui.letter_screen import LetterScreen
from assistant.tui.text import literal

if TYPE_CHECKING:
    from assistant.log.query import ReadOnly


class SessionList(BrowseList):
    """Every review of the log."""

    columns: ClassVar = SESSION_COLUMNS
    called: ClassVar = "sessions"

    def __init__(self, log_path: Path, tables: ReadOnly) -> None:
        super().__init__("Reviews in the log, the one last worked on first")
        self._log_path = log_path
        self._tables = tables

    def rows_with(self, words: str) -> list[Row]:
        rows, self.more = sessions(self._tables, words)
        return rows

    def about(self, row: Row) -> str:
        said = zip(SESSION_COLUMNS, row.cells, strict=True)
        return "; ".join(f"{name}: {cell}" for name, cell in said if cell and name in ("case", "outcome"))

    def go_in(self, row: Row) -> None:
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
        self._steps: dict[str, Step] = {step.row.key: step for step in opened.steps}

    def rows_with(self, words: str) -> list[Row]:
        rows = (
            self._opened.history(self._places) if self._places else [step.row for step in self._opened.steps]
        )
        wanted = words.casefold().split()
        return [row for row in rows if row.holds(wanted)]

    def about(self, row: Row) -> str:
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

    def go_in(self, row: Row) -> None:
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

    def rows_with(self, words: str) -> list[Row]:
        wanted = words.casefold().split()
        return [row for row, _, _ in self._sentences.values() if row.holds(wanted)]

    def about(self, row: Row) -> str:
        return f"{row.cells[1]}\nRests on: {row.cells[2]}"

    def go_in(self, row: Row) -> None:
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
