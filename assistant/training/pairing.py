"""Two sessions on one case held against each other, question by question, by the pieces that agreement counts."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.core.session import Place, Session
from assistant.training.panel import Line, Panel, Rater

Parted = tuple[str, str, str]
"""Where two answers part: the part (empty for all of it), what the one says and what the other."""


def paired(one: Session, other: Session) -> dict[Place, list[Line]]:
    """The pieces of both by scope and prompt, in the order of the questions; decisions under their own name."""
    return by_question(pair_panel(one, other))


def pair_panel(one: Session, other: Session, labels: tuple[str, str] = ("you", "reviewer")) -> Panel:
    """The panel of two sessions."""
    raters = [
        Rater(label, session.opened.reviewer, session)
        for label, session in zip(labels, (one, other), strict=True)
    ]
    return Panel(one.rules.case.id, raters)


def by_question(panel: Panel) -> dict[Place, list[Line]]:
    """The lines of a panel by scope and prompt."""
    found: dict[Place, list[Line]] = {}
    for line in panel.lines:
        found.setdefault((line.place.scope, line.place.prompt), []).append(line)
    return found


def agree(lines: Iterable[Line]) -> bool | None:
    """Whether every piece that both gave is alike; None where they gave none in common."""
    both = [line for line in lines if None not in line.pieces]
    return not any(_differs(line) for line in both) if both else None


def partings(lines: Iterable[Line]) -> tuple[Parted, ...]:
    """Where two answers part, those of a list's entries by what they are."""
    found = []
    for line in lines:
        one, other = line.pieces
        if one is not None and other is not None and _differs(line):
            name = ", ".join(step.strip("[]").replace("_", " ") for step in line.place.path)
            found.append((name, one.words, other.words))
    return tuple(found)


def _differs(line: Line) -> bool:
    return len({piece.category for piece in line.pieces if piece is not None}) > 1
