"""Lines that are typed or piped in: whole or refused, and never for a question that nobody has seen."""

from __future__ import annotations

import io
import os
import pty
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from assistant.cli.ask import LONGEST, Lines
from assistant.core.problem import Refused
from assistant.machine import LONGEST_TERMINAL_LINE


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What writes to the terminal that standard input is."""
    master, slave = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(slave, "r", encoding="utf-8"))
    yield master
    sys.stdin.close()
    os.close(master)


def piped(data: bytes) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="surrogateescape")


def test_a_pipe_gives_line_after_line_and_nothing_is_left_out() -> None:
    lines = Lines(piped(b"one\ntwo\r\n\nlast"))
    assert lines.left_over() == ""
    assert [lines.read() for _ in range(5)] == ["one", "two", "", "last", None]


def test_a_line_that_is_no_text_is_refused_and_the_next_is_read() -> None:
    lines = Lines(piped(b"na\xefve\nnext\n"))
    with pytest.raises(Refused, match="nothing of it was taken"):
        lines.read()
    assert lines.read() == "next"


def test_a_line_longer_than_any_answer_is_refused_whole() -> None:
    lines = Lines(piped(b"x" * (4 * LONGEST + 100_000) + b"\nnext\n"))
    with pytest.raises(Refused, match="longer than any answer"):
        lines.read()
    assert lines.read() == "next"


def test_what_came_in_with_a_line_is_left_out_and_said(keyboard: int) -> None:
    lines = Lines()
    os.write(keyboard, b"first\nsecond\n\n:park\n")
    assert lines.read() == "first"
    assert lines.left_over() == "2 lines came in before this was asked, and were left out: “second”, “:park”."
    assert lines.left_over() == ""
    os.write(keyboard, b"third\n")
    assert lines.read() == "third"


def test_a_line_that_the_terminal_cuts_is_refused(keyboard: int) -> None:
    lines = Lines()
    os.write(keyboard, b"w" * (LONGEST_TERMINAL_LINE + 500) + b"\n")
    with pytest.raises(Refused, match="cuts the rest off; nothing of it was taken"):
        lines.read()
    typed = "w" * (LONGEST_TERMINAL_LINE - 1)
    os.write(keyboard, f"{typed}\n".encode())
    assert lines.read() == typed


def test_the_end_of_a_terminals_input_is_the_end(keyboard: int) -> None:
    os.write(keyboard, b"\x04")
    assert Lines().read() is None
