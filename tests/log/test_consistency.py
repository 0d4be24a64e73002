"""A backup is whole, private and proven, and replaces nothing."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.consistency import backup
from assistant.log.verify import verify


def test_a_backup_taken_while_the_log_is_open_is_the_log(
    log: Log, path: Path, tmp_path: Path, add: Any
) -> None:
    add(log, "a", 3)
    dest = tmp_path / "copy.sqlite"
    found = backup(path, dest)
    assert (found.ok, found.events) == (True, 3)
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    with Log.open(dest, write=False) as copy:
        assert copy.read("a") == log.read("a")
    assert verify(path).events == 3


def test_a_backup_replaces_nothing(full: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("precious")
    with pytest.raises(Refused, match="already there"):
        backup(full, there)
    assert there.read_text() == "precious"
    for dest in (full, tmp_path, tmp_path / "none" / "copy"):
        with pytest.raises(Refused):
            backup(full, dest)


def test_a_backup_of_nothing_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        backup(path, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_a_changed_log_says_so(full: Path, tmp_path: Path, attack: Any) -> None:
    attack("DELETE FROM event WHERE id = 3")
    assert not backup(full, tmp_path / "copy").ok
