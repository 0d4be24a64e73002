"""Several windows, killed windows, and disks that fail."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.problem import Refused
from assistant.log import Draft, Log
from assistant.log.verify import verify

WRITER = """
import sys
from pathlib import Path
from assistant.core.text import Private
from assistant.log import Draft, Log
path, session, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Log.open(path) as log:
    after = len(log.read(session))
    for number in range(after, after + count):
        log.append(session, [Draft("a", {"note": Private("words")})], actor="", case="", after=number)
        print(number + 1, flush=True)
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_nothing_acknowledged_is_lost_when_a_window_is_killed(path: Path) -> None:
    Log.open(path).close()
    chance = random.Random(9)
    acknowledged = 0
    for _ in range(5):
        with start(WRITER, path, "s", 100_000) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.1))
            writer.send_signal(signal.SIGKILL)
            lines = (first + writer.stdout.read()).split("\n")[:-1]
            assert writer.stderr is not None
            assert writer.stderr.read() == ""
        acknowledged = max(acknowledged, *map(int, lines))
        found = verify(path)
        assert found.ok, found
        assert found.events >= acknowledged
    with Log.open(path) as log:
        assert len(log.read("s")) == found.events


def test_two_windows_on_one_session_never_both_write_an_entry(path: Path) -> None:
    Log.open(path).close()
    windows = [start(WRITER, path, "s", 200) for _ in range(2)]
    written = [window.communicate(timeout=60) for window in windows]
    numbers = [int(line) for out, _ in written for line in out.split()]
    assert len(numbers) == len(set(numbers)) == verify(path).events
    for window, (_, errors) in zip(windows, written, strict=True):
        assert window.returncode == 0 or "Another window has gone on" in errors


HOLDER = """
import sys
from pathlib import Path
from assistant.log import Log
log = Log.open(Path(sys.argv[1]))
hold = log.hold("s")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_session_is_held_by_one_window_until_that_ends(log: Log, path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Refused, match="open in another window"):
            log.hold("s")
        log.hold("t").release()
        other.kill()
        other.wait()
    with log.hold("s") as hold:
        with pytest.raises(Refused), Log.open(path) as second:
            second.hold("s")
        hold.release()
        hold.release()
        log.hold("s").release()


def test_a_program_that_keeps_the_log_locked_is_waited_for_then_named(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.files.PATIENCE", 0.05)
    drafts = [Draft("a", {})]
    with Log.open(path) as other:
        assert other._turn is not None
        with other._turn, pytest.raises(Refused, match="keeps the decision log to itself"):
            log.append("s", drafts, actor="", case="", after=0)
    log._connection.set_authorizer(None)
    log._connection.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(path, isolation_level=None)) as rude:
        rude.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refused, match="keeps the decision log to itself"):
            log.append("s", drafts, actor="", case="", after=0)
        rude.execute("ROLLBACK")
    log.append("s", drafts, actor="", case="", after=0)
    assert verify(path).ok


def test_a_full_log_is_told_and_takes_nothing_until_opened_again(log: Log, path: Path) -> None:
    def fill(log: Log) -> int:
        number = len(log.read("s"))
        while True:
            log.append("s", [Draft("a", {"text": "x" * 5000})], actor="", case="", after=number)
            number += 1

    log._connection.set_authorizer(None)
    log._connection.execute("PRAGMA max_page_count = 40")
    with pytest.raises(Refused, match="disk is full") as refusal:
        fill(log)
    assert "Free some space" in refusal.value.problems[0].fix
    written = len(log.read("s"))
    log._connection.execute("PRAGMA max_page_count = 100000")
    with pytest.raises(Refused, match="Nothing more is logged"):
        log.append("s", [Draft("a", {})], actor="", case="", after=written)
    log.close()
    with Log.open(path) as again:
        again.append("s", [Draft("a", {})], actor="", case="", after=written)
    found = verify(path)
    assert (found.ok, found.events) == (True, written + 1)


SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
from assistant.core.problem import Refused
from assistant.log import Draft, Log
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = Log.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
number = 0
try:
    while True:
        log.append("s", [Draft("a", {"text": "x" * 5000})], actor="", case="", after=number)
        number += 1
except Refused as refused:
    print(number, refused)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
def test_a_disk_that_takes_no_more_loses_nothing_that_was_acknowledged(path: Path) -> None:
    out, errors = start(SMALL_DISK, path).communicate(timeout=60)
    assert errors == ""
    acknowledged, said = out.split(" ", 1)
    assert "not logged" in said
    found = verify(path)
    assert found.ok
    assert found.events >= int(acknowledged) > 0


def test_a_log_that_nobody_closed_is_closed_at_exit(path: Path) -> None:
    script = WRITER.replace("with Log.open(path) as log:", "log = Log.open(path)\nif True:")
    start(script, path, "s", 3).communicate(timeout=60)
    assert not path.with_name("log.sqlite-wal").exists()
    assert verify(path).events == 3
