"""Where an index is kept: closed to others, never trusted blindly, made again where it can't be had."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from assistant.core.record.language import Vocabulary
from assistant.records import fts
from assistant.records.index import RecordIndex

PAGES = {"a": ("There is fever.",), "b": ("Fever again.",), "c": ("No chills.",)}
"""Documents of one page: what stands beside the breaks between pages has an index of its own."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fts, "LARGE", 10)
    return tmp_path / "cache"


def places() -> list[tuple[str, int]]:
    return [(one.document, one.page) for one in RecordIndex.of(PAGES, Vocabulary()).look_for(["fever"])]


def files(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def test_a_large_record_is_indexed_once_in_files_closed_to_others(cache: Path) -> None:
    assert places() == [("a", 1), ("b", 1)]
    (file,) = files(cache)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    before = file.read_bytes(), file.stat().st_ino
    assert places() == [("a", 1), ("b", 1)]
    assert (files(cache)[0].read_bytes(), files(cache)[0].stat().st_ino) == before


def test_a_small_record_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CACHE", str(tmp_path))
    assert places() == [("a", 1), ("b", 1)]
    assert files(tmp_path) == []


def test_other_pages_have_another_index(cache: Path) -> None:
    places()
    RecordIndex.of({**PAGES, "d": ("Fever.",)}, Vocabulary())
    assert len(files(cache)) == 2
    assert fts.content_key(["ab", "c"]) != fts.content_key(["a", "bc"])


@pytest.mark.parametrize("damage", [b"", b"not a database", None])
def test_a_damaged_index_is_made_again(cache: Path, damage: bytes | None) -> None:
    places()
    (file,) = files(cache)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"fever", b"fewer") if damage is None else damage)
    assert places() == [("a", 1), ("b", 1)]
    assert files(cache)[0].read_bytes() == whole


def test_a_folder_that_cannot_be_had_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fts, "LARGE", 10)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("IMR_CACHE", str(tmp_path / "file"))
    assert places() == [("a", 1), ("b", 1)]


def test_a_folder_that_others_can_write_to_is_not_trusted(cache: Path) -> None:
    folder = fts.index_folder()
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert places() == [("a", 1), ("b", 1)]
    assert files(cache) == []


def test_what_others_left_half_made_does_no_harm_and_is_cleared_in_time(cache: Path) -> None:
    places()
    folder = files(cache)[0].parent
    stale, fresh = folder / "x.1.part", folder / "x.2.part"
    for path in (stale, fresh):
        path.write_bytes(b"half")
    os.utime(stale, (1, 1))
    RecordIndex.of({"c": ("Fever and chills.",)}, Vocabulary())
    assert not stale.exists()
    assert fresh.exists()


def test_only_the_indexes_used_last_are_kept(cache: Path) -> None:
    for number in range(fts.MOST_KEPT + 3):
        RecordIndex.of({"a": (f"Fever number {number}.",)}, Vocabulary())
    assert len(files(cache)) == fts.MOST_KEPT


def test_the_cache_is_the_users_own_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("IMR_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "imr-assistant" in fts.index_folder().parts
    monkeypatch.setenv("IMR_CACHE", str(tmp_path / "own"))
    assert tmp_path / "own" in fts.index_folder().parents
