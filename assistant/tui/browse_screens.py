"""The lists that an auditor goes through: sessions, the steps of one, the history of an answer, the draft's sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from assistant.browsing import SENTENCE_COLUMNS, SESSION_COLUMNS, STEP_COLUMNS, Opened, Row, Step, sessions
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

    def __init__(self, log_path: Path, tables: ReadOnly) -> None:
        super().__init__("Reviews in the log, the one last worked on first")
        self._log_path = log_path
        self._tables = tables

    def rows_with(self, words: str) -> list[Row]:
        return sessions(self._tables, words)

    def go_in(self, row: Row) -> None:
        self.app.push_screen(StepList(self._log_path, Opened(self._log_path, row.key), row.key))


class StepList(BrowseList):
    """The steps of one session, or those of one question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "page", "page"),
        Binding("f5", "draft", "draft"),
        Binding("f6", "letter", "letter"),
    ]
    columns: ClassVar = STEP_COLUMNS

    def __init__(
        self, log_path: Path, opened: Opened, name: str, place: tuple[str, str] | None = None
    ) -> None:
        session = opened.session
        about = f"{session.rules.case.id} · {session.mode} · {session.status} · {opened.id}"
        super().__init__(f"{about} · {'/'.join(place)}" if place is not None else about)
        self._log_path = log_path
        self._opened = opened
        self._called = name
        self._place = place
        self._steps: dict[str, Step] = {step.row.key: step for step in opened.steps}

    def rows_with(self, words: str) -> list[Row]:
        rows = (
            [step.row for step in self._opened.steps]
            if self._place is None
            else self._opened.history(self._place)
        )
        wanted = words.casefold().split()
        return [row for row in rows if row.holds(wanted)]

    def about(self, row: Row) -> str:
        step = self._steps[row.key]
        lines = [step.says]
        if step.place[1] and self._place is None:
            lines.append("Enter shows every step of this question.")
        if step.reason:
            lines.append(f"Reason: {step.reason}")
        if step.evidence:
            lines.append(f"Pages (F4 opens the first): {', '.join(dict.fromkeys(map(str, step.evidence)))}")
        if self._opened.unlogged:
            lines.append(self._opened.unlogged)
        return "\n".join([*lines, f"Hash of the entry: {step.hash}"])

    def go_in(self, row: Row) -> None:
        step = self._steps[row.key]
        if self._place is None and step.place[1]:
            self.app.push_screen(StepList(self._log_path, self._opened, self._called, step.place))
        elif step.evidence:
            self._show_page(step.evidence[0])

    def action_page(self) -> None:
        row = self.chosen
        step = self._steps[row.key] if row is not None else None
        if step is None or not step.evidence:
            self.query_one("#browse-about", Static).update("This step names no page.")
        else:
            self._show_page(step.evidence[0])

    def _show_page(self, evidence: Evidence) -> None:
        self.app.push_screen(PageScreen(evidence, self._opened.page(evidence)))

    def action_draft(self) -> None:
        self.app.push_screen(SentenceList(self._log_path, self._opened, self._called))

    def action_letter(self) -> None:
        self.app.push_screen(LetterScreen(self._opened.letter(self._log_path, self._called)))


class SentenceList(BrowseList):
    """The sentences of the draft, each with what it rests on; Enter leads to the steps behind it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f4", "page", "page")]
    columns: ClassVar = SENTENCE_COLUMNS

    def __init__(self, log_path: Path, opened: Opened, name: str) -> None:
        super().__init__(f"Draft of {opened.id}, sentence by sentence")
        self._log_path = log_path
        self._opened = opened
        self._called = name
        self._sentences = {row.key: (row, prompts, evidence) for row, prompts, evidence in opened.draft()}

    def rows_with(self, words: str) -> list[Row]:
        wanted = words.casefold().split()
        return [row for row, _, _ in self._sentences.values() if row.holds(wanted)]

    def about(self, row: Row) -> str:
        return f"{row.cells[1]}\nRests on: {row.cells[2]}"

    def go_in(self, row: Row) -> None:
        _, prompts, _ = self._sentences[row.key]
        if not prompts:
            raise refuse("No answer stands behind this sentence.", "", "It rests on what its line names.")
        place = (row.cells[0], prompts[0])
        self.app.push_screen(StepList(self._log_path, self._opened, self._called, place))

    def action_page(self) -> None:
        row = self.chosen
        evidence = self._sentences[row.key][2] if row is not None else ()
        if not evidence:
            self.query_one("#browse-about", Static).update("No page stands behind this sentence.")
        else:
            self.app.push_screen(PageScreen(evidence[0], self._opened.page(evidence[0])))


class PageScreen(ModalScreen[None]):
    """A page of the record, with the passage that was cited on top."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "close")]

    def __init__(self, evidence: Evidence, text: str) -> None:
        super().__init__()
        self._evidence = evidence
        self._text = text

    def compose(self) -> ComposeResult:
        one = self._evidence
        cited = f"Cited: “{one.quote}”\n\n" if one.quote else ""
        with VerticalScroll(id="help-lines"):
            yield Static(literal(f"{one}\n\n{cited}{self._text}"), markup=False)
        yield Footer()
