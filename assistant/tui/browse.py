"""A list to look through: type to narrow it, arrows to move, Enter to go in, Escape to go back, F8 to take it along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.browsing import Row
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line
from assistant.tui.text import literal

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
        self.shown: list[Row] = []

    def compose(self) -> ComposeResult:
        yield Static(literal(self._title), id="browse-title", markup=False)
        yield Input(placeholder="type to narrow the list", id="browse-filter")
        yield Static(id="browse-head", markup=False)
        yield OptionList(id="browse-list", markup=False)
        yield Static(id="browse-about", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#browse-list", OptionList).can_focus = False
        self.narrow("")

    # -- what a kind of list says ------------------------------------------------------------------

    def rows_with(self, words: str) -> list[Row]:
        """The rows that hold every word."""
        raise NotImplementedError

    def about(self, row: Row) -> str:
        """More of the row that is chosen, under the list."""
        return ""

    def go_in(self, row: Row) -> None:
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
        room = max(self.size.width - 4, 20)
        self.query_one("#browse-head", Static).update(literal(_line(self.columns, widths, room)))
        listed = self.query_one("#browse-list", OptionList)
        listed.clear_options()
        listed.add_options([Option(literal(_line(row.cells, widths, room))) for row in self.shown])
        listed.highlighted = 0 if self.shown else None
        self._tell_about()

    @property
    def chosen(self) -> Row | None:
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
    import json
    import os

    from assistant.log.row_text import as_objects, csv_lines, json_lines

    cells = [tuple(row) for row in rows]
    if path.suffix == ".csv":
        text = "\r\n".join(csv_lines(columns, cells)) + "\r\n"
    elif path.suffix == ".ndjson":
        text = "".join(f"{line}\n" for line in json_lines(columns, cells))
    elif path.suffix == ".json":
        text = json.dumps(as_objects(columns, cells), ensure_ascii=True, indent=2) + "\n"
    else:
        raise refuse(
            "The file's ending names no form.", one_line(str(path), 80), "Use .csv, .json or .ndjson."
        )
    try:
        with open(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            file.write(text)
    except FileExistsError:
        raise refuse("The file is there already.", one_line(str(path), 80), "Name a new one.") from None
    except OSError as error:
        raise refuse(f"The file can't be written: {error.strerror}.", one_line(str(path), 80)) from None
    return f"{counted(len(rows), 'row')} {'is' if len(rows) == 1 else 'are'} in {one_line(str(path), 80)}."


def counted(count: int, noun: str) -> str:
    """The count with its noun: "1 row", "2 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _line(cells: Sequence[str], widths: Sequence[int], room: int) -> str:
    """The cells under their heads, cut where the screen ends."""
    padded = [one_line(cell, 400).ljust(width) for cell, width in zip(cells, widths, strict=True)]
    line = _GAP.join(padded).rstrip()
    return (line if len(line) <= room else f"{line[: room - 1]}…") or " "
