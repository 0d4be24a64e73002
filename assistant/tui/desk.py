"""What is entered at the desk on the screen: a list of what there is to enter, and a form for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from assistant.core.problem import Refused
from assistant.review.desk import Desk, case_of, reviewer_called
from assistant.review.worklist import WorkRow
from assistant.tui.dialogs import AskScreen, ChooseScreen
from assistant.tui.widgets import ProgramScreen, Services, literal

Given = Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """Something to enter: its words, its fields with what is to be written in each, and what enters it."""

    title: str
    fields: Mapping[str, str]
    enter: Callable[[Desk, str, Given], object]


_ON = {"day": "on which day (Enter: today)"}
_WHY = {"reason": "why"}


def _several(words: str) -> list[str]:
    return words.split(";")


def _assign(desk: Desk, case: str, given: Given) -> None:
    desk.assign(case_of(case), reviewer_called(given["reviewer"]), given["specialty"])


FORMS = {
    "received": Form(
        "The request or the records came",
        {
            "request": "day of the request (empty: as before)",
            "records": "day of the records (empty: as before)",
            "priority": "priority, where it is another: standard, expedited, formulary",
        },
        lambda desk, case, given: desk.received(case, **given),
    ),
    "asked": Form(
        "Records were asked for",
        {
            "what": "which records",
            "of": "of whom (several parted by ;)",
            "copied": "copied to whom: all parties, Lab. Code 4610.6(b) (parted by ;)",
            **_ON,
        },
        lambda desk, case, given: desk.asked(
            case, given["what"], _several(given["of"]), _several(given["copied"]), given["day"]
        ),
    ),
    "assign": Form(
        "Assign it to a reviewer",
        {
            "reviewer": "id of the reviewer (empty: yourself)",
            "specialty": "the specialty that the case needs",
        },
        _assign,
    ),
    "tie": Form(
        "A reviewer has a tie to a party",
        {"party": "to whom", "reviewer": "id of the reviewer (empty: yourself)"},
        lambda desk, case, given: desk.tied(case, given["reviewer"].strip() or desk.actor, given["party"]),
    ),
    "read": Form(
        "You have read the signed determination for its quality",
        {"note": "what was found (may be empty)"},
        lambda desk, case, given: desk.read(case, given["note"]),
    ),
    "sent": Form(
        "The determination was mailed", _ON, lambda desk, case, given: desk.sent(case, given["day"])
    ),
    "withdrawn": Form(
        "The application was withdrawn",
        {**_WHY, **_ON},
        lambda desk, case, given: desk.withdrawn(case, **given),
    ),
    "remanded": Form(
        "The determination was reversed, and the case sent back",
        {**_WHY, **_ON},
        lambda desk, case, given: desk.remanded(case, **given),
    ),
}
"""What can be entered; what was withdrawn is no longer listed, and taken back with `imr work reinstated`."""


class FormScreen(ModalScreen[bool]):
    """A form: Enter goes on to the next field and, from the last, enters all of it; gives whether it was entered."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]
    DEFAULT_CSS = AskScreen.DEFAULT_CSS + "\nFormScreen { align: center middle; }"
    SCOPED_CSS = False
    AUTO_FOCUS = "Input"

    def __init__(self, title: str, form: Form, enter: Callable[[Given], object]) -> None:
        super().__init__()
        self._title = title
        self._form = form
        self._enter = enter

    def compose(self) -> ComposeResult:
        with Vertical(id="ask-box"):
            yield Static(literal(f"{self._title} (Esc: not now)"), id="ask-question", markup=False)
            for name, label in self._form.fields.items():
                yield Static(literal(f"  {label}"), markup=False)
                yield Input(compact=True, id=f"field-{name}")
            yield Static(id="ask-wrong", markup=False)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        if event.input is not fields[-1]:
            fields[fields.index(event.input) + 1].focus()
            return
        try:
            self._enter({name: one.value for name, one in zip(self._form.fields, fields, strict=True)})
        except Refused as refused:
            self.query_one("#ask-wrong", Static).update(literal(str(refused)))
            fields[0].focus()
        else:
            self.dismiss(True)


def enter_step(screen: ProgramScreen, services: Services, row: WorkRow, then: Callable[[], None]) -> None:
    """Asks what is to be entered of a case, and for its words; `then` follows what was entered."""

    def entered(done: bool | None) -> None:
        if done:
            then()

    def chosen(name: str | None) -> None:
        if name is None:
            return
        form = FORMS[name]

        def enter(given: Given) -> object:
            return form.enter(Desk(services.decision_log, services.profile.id), row.case, given)

        screen.app.push_screen(FormScreen(f"{row.case}: {form.title}", form, enter), entered)

    rows = [(name, form.title) for name, form in FORMS.items()]
    screen.app.push_screen(ChooseScreen(f"{row.case}: what is to be entered?", rows), chosen)
