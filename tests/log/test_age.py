"""What is sealed is opened by the key that it was sealed to, by no other, and never lies in clear beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyrage
import pytest
from click.testing import CliRunner, Result

from assistant.cli.main import cli
from assistant.core.problem import Refused
from assistant.log.age import recipients, sealed_backup, unseal
from assistant.log.verify import verify

WORDS = b"words of a number 2"


@pytest.fixture
def key(tmp_path: Path) -> str:
    made = pyrage.x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(f"# created today\n{made}\n")
    return str(made.to_public())


def imr(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["log", *map(str, arguments)])


def test_a_sealed_backup_is_opened_and_verifies(full: Path, tmp_path: Path, key: str) -> None:
    dest = tmp_path / "copy.age"
    ran = imr("backup", dest, "--recipient", key, "--log", full)
    assert ran.exit_code == 0, ran.output
    assert WORDS not in dest.read_bytes()
    assert dest.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in full.parent.iterdir() if "sealing" in one.name] == []
    opened = tmp_path / "opened.sqlite"
    assert imr("unseal", dest, "-o", opened, "--identity", tmp_path / "key.txt").exit_code == 0
    assert WORDS in opened.read_bytes()
    assert verify(opened).ok


def test_an_export_and_a_bundle_are_sealed(full: Path, tmp_path: Path, key: str) -> None:
    for number, command in enumerate((["export", "a", "--format", "ndjson"], ["prove", "a"])):
        dest, opened = tmp_path / f"{number}.age", tmp_path / f"{number}.clear"
        ran = imr(*command, "-o", dest, "--recipient", key, "--log", full)
        assert ran.exit_code == 0, ran.output
        assert "sealed" in ran.output
        assert WORDS not in dest.read_bytes()
        unseal(dest, opened, tmp_path / "key.txt")
        assert WORDS in opened.read_bytes()


def test_another_key_opens_nothing_and_leaves_nothing(full: Path, tmp_path: Path, key: str) -> None:
    dest, other, opened = (tmp_path / name for name in ("copy.age", "other.txt", "opened"))
    sealed_backup(full, dest, [key])
    other.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(Refused, match="can't be opened"):
        unseal(dest, opened, other)
    dest.write_bytes(dest.read_bytes()[:-40])
    with pytest.raises(Refused, match="can't be opened"):
        unseal(dest, opened, tmp_path / "key.txt")
    assert not opened.exists()
    other.write_text("no key")
    with pytest.raises(Refused, match="no secret key"):
        unseal(dest, opened, other)


def test_what_is_no_key_is_refused_before_anything_is_written(full: Path, tmp_path: Path, key: str) -> None:
    for wrong in ("age1foo", "ssh-rsa x", "AGE-SECRET-KEY-1"):
        with pytest.raises(Refused, match="no public key"):
            recipients([wrong])
        ran = imr("backup", tmp_path / "copy.age", "--recipient", wrong, "--log", full)
        assert isinstance(ran.exception, Refused)
    assert not (tmp_path / "copy.age").exists()
    assert verify(full).events == 12
    with pytest.raises(Refused, match="already there"):
        sealed_backup(full, tmp_path / "key.txt", [key])


def test_a_library_that_is_missing_is_named(full: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyrage", None)
    ran = imr("backup", tmp_path / "copy.age", "--recipient", "age1x", "--log", full)
    assert "imr-assistant[seal]" in str(ran.output) + str(ran.exception)
