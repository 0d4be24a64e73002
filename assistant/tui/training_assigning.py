"""Assigning a case on the trainers' screen: to whom, what is revealed when, and what is planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from assistant.core.problem import Refused
from assistant.tui.replay_dialog import AskScreen, ChooseScreen

if TYPE_CHECKING:
    from textual.screen import Screen

    from assistant.tui.app import ImrApp

_REVEALS = (
    ("each", "after each answer"),
    ("end", "at the end"),
    ("trainer", "only to you: the reference stays hidden from the trainee"),
)


def assigning(screen: Screen[None], case: str, done: Callable[[], None]) -> None:
    """Asks for what an assignment needs, one thing after the other, and makes it; Escape gives it up."""
    app = cast("ImrApp", screen.app)

    def made(trainee: str, reveal: str, count: int) -> None:
        from assistant.training.assigning import assign_case

        try:
            assignment, _ = assign_case(
                app.decision_log, app.profile.id, case, trainee, reveal, ("any",) * count
            )
        except Refused as refused:
            app.tell(str(refused), "error")
            return
        app.tell(f"Assigned to {assignment.trainee}, with {assignment.planted} planted faults.")
        done()

    def planted(trainee: str, reveal: str) -> None:
        rows = [
            (str(number), f"{number or 'no'} fault{'s' * (number != 1)} planted")
            for number in (0, 1, 2, 3, 4, 5)
        ]
        app.push_screen(
            ChooseScreen("What is planted in a copy of the case?", rows),
            lambda key: made(trainee, reveal, int(key)) if key else None,
        )

    def revealed(trainee: str) -> None:
        app.push_screen(
            ChooseScreen("When is the reference revealed?", _REVEALS),
            lambda key: planted(trainee, key) if key else None,
        )

    app.push_screen(
        AskScreen("The trainee's pseudonymous id (what `imr reviewer` shows):"),
        lambda words: revealed(words.strip()) if words and words.strip() else None,
    )
