"""Steps of a replay as they stand on the screen: wrapped, each line marked for what it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from textual.content import Content

from assistant.core.text import visible
from assistant.talk import Line
from assistant.training.replay import Replay, clock_words

_STYLES = {
    "question": "bold",
    "option": "$text-muted",
    "context": "$text-muted",
    "proposal": "$accent",
    "answer": "$success",
    "note": "$text-muted",
    "problem": "$error",
    "warning": "$warning",
    "news": "bold $accent",
    "time": "italic $text-muted",
    "comment": "bold $secondary",
}
_MARKS = {
    "answer": "→ ",
    "problem": "! ",
    "warning": "~ ",
    "news": "* ",
    "comment": "# ",
    "question": "",
    "time": "",
}
HERE = "▌"
"""Stands before each line of the step that one is at."""


def window(replay: Replay, number: int, rows: int, width: int, quick: bool = False) -> Content:
    """The steps up to `number`, as far back as `rows` rows reach, wrapped to `width` columns.

    With `quick` it goes back only to a step whose lines take long to make, so that the present one is seen at once.
    """
    blocks: list[list[tuple[str, str]]] = []
    held = 0
    while number - len(blocks) >= 1 and held < rows:
        step = number - len(blocks)
        if quick and blocks and not replay.is_quick(step):
            break
        block = list(_step(replay, step, step == number, width))
        blocks.append(block)
        held += len(block)
    parts: list[tuple[str, str]] = []
    for block in reversed(blocks):
        for text, style in block:
            parts.append((f"\n{text}" if parts else text, style))
    return Content.assemble(*parts)


def plain_window(lines: Iterable[Line], width: int) -> Content:
    """Lines without a gutter, wrapped."""
    return Content.assemble(*((f"{row}\n", style) for line in lines for row, style in _wrapped(line, width)))


def _step(replay: Replay, number: int, here: bool, width: int) -> Iterator[tuple[str, str]]:
    gutter = HERE if here else " "
    step = replay.steps[number - 1]
    yield gutter, ""
    yield f"{gutter}{clock_words(step.ts)} · step {number}", "$text-muted"
    for line in replay.lines(number):
        for row, style in _wrapped(line, max(width - 2, 20)):
            yield f"{gutter} {row}", style


def _wrapped(line: Line, width: int) -> Iterator[tuple[str, str]]:
    style = _STYLES.get(line.kind, "")
    text = visible(line.text)
    indent = len(text) - len(text.lstrip())
    mark = _MARKS.get(line.kind, "  ")
    lead = mark + " " * indent
    rows = textwrap.wrap(text.lstrip(), max(width - len(lead), 10), break_on_hyphens=False) or [""]
    for index, row in enumerate(rows):
        yield (lead if index == 0 else " " * len(lead)) + row, style
