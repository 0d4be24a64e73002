"""Bytes changed anywhere, and rows changed at random: noticed, or nothing of the log has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from assistant.log import Log
from tests.prove import flipped, scale, writing
from tests.prove.edited import try_edits
from tests.prove.scale import Proved

PARTS = 4


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return flipped.real_log(tmp_path_factory.mktemp("real") / "log.sqlite")


@pytest.mark.parametrize("part", range(scale.of(1, PARTS)))
def test_no_byte_of_the_log_changes_unnoticed(part: int, log: Path, tmp_path: Path, proved: Proved) -> None:
    where = flipped.places(log.stat().st_size, scale.of(60, 20_000), 1)[part :: scale.of(1, PARTS)]
    found = flipped.try_flips(log, where, part, tmp_path)
    assert found["bad"] == []
    assert found["found"]["noticed"] > len(where) / 5
    proved("bytes changed", told(found))


def test_no_byte_of_a_stored_checkpoint_changes_unnoticed(log: Path, tmp_path: Path, proved: Proved) -> None:
    data = log.read_bytes()
    notes = [row["note"] for row in flipped.rows(log)["checkpoint"]]
    where = [data.index(note) + at for note in notes for at in range(len(note))]
    found = flipped.try_flips(log, where[:: scale.of(31, 1)], 1, tmp_path)
    assert len(notes) > 1
    assert found["bad"] == []
    assert set(found["found"]) == {"noticed"}
    proved("bytes of stored checkpoints changed", told(found))


def test_a_changed_wal_loses_the_newest_entries_and_a_held_checkpoint_shows_it(
    tmp_path: Path, proved: Proved
) -> None:
    kept, count = tmp_path / "kept", scale.of(20, 4000)
    with open(os.devnull, "wb") as nobody, Log.open(tmp_path / "open" / "log.sqlite") as open_log:
        after = 0
        for _ in range(12):
            after = writing.say(nobody.fileno(), open_log, "a", after)
        shutil.copytree(tmp_path / "open", kept)
        found = flipped.try_wal(kept / "log.sqlite", 1, count, kept / "copy.sqlite")
    assert found["bad"] == []
    assert found["found"][flipped.CUT] > 0
    proved("bytes of an open log's WAL changed, no checkpoint held", told(found))
    found = flipped.try_wal(kept / "log.sqlite", 2, count, tmp_path / "open" / "log.sqlite")
    assert flipped.CUT not in found["found"]
    assert found["found"]["noticed"] > count / 2
    proved("bytes of an open log's WAL changed, a checkpoint held elsewhere", told(found))


@pytest.mark.parametrize("part", range(scale.of(1, PARTS)))
def test_no_row_changes_unnoticed(part: int, log: Path, tmp_path: Path, proved: Proved) -> None:
    found = try_edits(log, scale.of(40, 1500), part, tmp_path)
    assert found["bad"] == []
    proved("rows changed, removed, added, moved with SQL", told(found))


def told(found: dict[str, object]) -> str:
    """Figures in words."""
    ways = found["found"]
    assert isinstance(ways, dict)
    return ", ".join(f"{count} {what}" for what, count in sorted(ways.items(), key=lambda one: -one[1]))
