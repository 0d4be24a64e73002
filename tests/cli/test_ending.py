"""How the program ends: told to by a signal, without its streams, with a reader that has gone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.prove import scale

CASE = "cervical-radiographs-after-fusion"
SIGNALS = [
    pytest.param(number, plain, id=f"{number.name}-{'plain' if plain else 'screen'}")
    for number, mostly_plain in ((signal.SIGTERM, None), (signal.SIGHUP, True), (signal.SIGQUIT, False))
    for plain in (False, True)
    if scale.ALL or plain is mostly_plain
]
"""Each signal, on the screen or in plain lines; on both where everything is tried. SIGTERM on the screen ends the next test."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "IMR_CONFIG": str(tmp_path / "config"),
        "IMR_LOG": str(tmp_path / "log.sqlite"),
    }


def kinds(environment: dict[str, str]) -> list[str]:
    path = environment["IMR_LOG"]
    if not Path(path).exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as log:
        try:
            return [kind for (kind,) in log.execute("SELECT kind FROM event ORDER BY id")]
        except sqlite3.OperationalError:
            return []


def asks(terminal: Terminal, environment: dict[str, str]) -> bool:
    """Whether the first question stands."""
    return "prompt.shown" in kinds(environment) and b"specialty" in terminal.seen


@pytest.mark.parametrize(("number", "plain"), SIGNALS)
def test_a_signal_parks_the_session_and_gives_the_terminal_back(
    environment: dict[str, str], number: signal.Signals, plain: bool
) -> None:
    with Terminal(["review", CASE, *(["--plain"] if plain else [])], environment) as terminal:
        terminal.until(lambda: asks(terminal, environment))
        assert terminal.signalled(number) == 128 + number
        assert terminal.left_wrong() == []
    assert kinds(environment)[-1] == "session.parked"


@pytest.mark.parametrize("plain", [False, True][: scale.of(1, 2)])
def test_where_the_log_is_gone_it_is_asked_why_another_one_is_begun(
    environment: dict[str, str], plain: bool
) -> None:
    command = ["review", CASE, *(["--plain"] if plain else [])]
    with Terminal(command, environment) as terminal:
        terminal.until(lambda: asks(terminal, environment))
        assert terminal.signalled(signal.SIGTERM) == 128 + signal.SIGTERM
        assert terminal.left_wrong() == []
    assert kinds(environment)[-1] == "session.parked"
    Path(environment["IMR_LOG"]).unlink()
    with Terminal(command, environment) as terminal:
        terminal.until(lambda: b"say why" in terminal.seen)
        terminal.type(b"The disk was lost.\n")
        terminal.until(lambda: asks(terminal, environment))
        terminal.signalled(signal.SIGTERM)
    assert "access.rollback_accepted" in kinds(environment)


def run(command: list[str], environment: dict[str, str], closed: str) -> subprocess.CompletedProcess[str]:
    """A call of the program with one of its streams closed, as a shell closes it."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "assistant", *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_standard_output_what_would_be_printed_is_refused(environment: dict[str, str]) -> None:
    done = run(["log", "reports"], environment, ">&-")
    assert done.returncode == 2
    assert "standard output is closed" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_standard_input_a_conversation_is_parked(environment: dict[str, str]) -> None:
    done = run(["review", CASE, "--plain"], environment, "<&-")
    assert (done.returncode, done.stderr) == (1, "")
    assert kinds(environment)[-1] == "session.parked"


def test_without_standard_error_the_work_goes_on(environment: dict[str, str]) -> None:
    done = run(["log", "reports"], environment, "2>&-")
    assert done.returncode == 0
    assert "determinations" in done.stdout


def test_no_file_takes_the_number_of_a_closed_stream(environment: dict[str, str]) -> None:
    """What is printed would land in it: the log, say."""
    done = run(["review", CASE, "--plain"], environment, ">&- 2>&-")
    assert done.returncode == 2
    with closing(sqlite3.connect(environment["IMR_LOG"])) as log:
        assert log.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_byte_that_is_no_utf_8_neither_ends_the_screen_nor_makes_it_deaf(
    environment: dict[str, str],
) -> None:
    with Terminal(["review", CASE], environment) as terminal:
        terminal.until(lambda: asks(terminal, environment))
        terminal.type(b"na\xefve")
        terminal.until(lambda: b"ve" in terminal.seen)
        terminal.type(b"\x11")
        terminal.until(lambda: terminal.process.poll() is not None)
        assert terminal.process.returncode == 0
    assert kinds(environment)[-1] == "session.parked"


def test_a_terminal_without_the_lines_of_the_screen_is_told_of_plain_lines(
    environment: dict[str, str],
) -> None:
    with Terminal(["review", CASE], {**environment, "PYTHONIOENCODING": "latin-1"}) as terminal:
        terminal.until(lambda: terminal.process.poll() is not None and b"--plain" in terminal.seen)
        assert terminal.process.returncode == 2
    assert kinds(environment) == []
