"""What is redacted is gone from every file, the rest is as it was, and the log still proves itself."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli.main import cli
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.bundle import LetterTexts, bundle
from assistant.log.consistency import backup
from assistant.log.database import differences
from assistant.log.projection import up_to_date
from assistant.log.redaction import redact
from assistant.log.standalone_verify import main
from assistant.log.verify import verify
from tests.log.auditing import reviews

WORDS = "words of a number 2"
WHY = "A name of somebody else stands in it."


def everywhere(folder: Path) -> list[str]:
    """The files below a folder that hold the words."""
    return [path.name for path in folder.rglob("*") if path.is_file() and WORDS.encode() in path.read_bytes()]


def test_the_words_are_gone_from_every_file_and_all_of_it_verifies(full: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    backup(full, copy)
    assert up_to_date(full).exists()
    assert everywhere(tmp_path)
    with closing(sqlite3.connect(full)) as connection:
        before = connection.execute("SELECT id, entry, leaf FROM event ORDER BY id").fetchall()
    done = redact(full, "a", 3, "note", WHY, [copy])
    assert (done.session, done.again, done.alike) == ("a", False, ())
    assert everywhere(tmp_path) == []
    assert not Path(f"{full}.reports").exists()
    for path in (full, copy):
        found = verify(path)
        assert found.ok, found
        assert "1 text redacted, as the log says of session a; what they committed to stays." in found.notes
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT id, entry, leaf FROM event ORDER BY id").fetchall()
            assert rows[: len(before)] == before
            assert differences(connection) == ([], [])
    with Log.open(full, write=False) as log:
        notes = [str(one.body["note"]) for one in log.read("a")]
        assert notes[1:4] == ["words of a number 1", "[redacted]", "words of a number 3"]
        (said,) = [
            one
            for row in log.sessions(others=True)
            for one in log.read(row.id)
            if one.kind == "access.redacted"
        ]
    assert {name: said.body[name] for name in ("session", "seq", "field", "reason")} == {
        "session": "a", "seq": 3, "field": "note", "reason": WHY,
    }  # fmt: skip


def test_what_was_cut_off_is_done_when_it_runs_again(full: Path, attack: Any) -> None:
    with closing(sqlite3.connect(full)) as connection:
        (entry,) = connection.execute("SELECT entry FROM event WHERE session = 'a' AND seq = 3").fetchone()
        commitment = json.loads(entry)["body"]["note"]["$text"]
        kept = connection.execute("SELECT * FROM blob WHERE commitment = ?", [commitment]).fetchone()
    redact(full, "a", 3, "note", WHY)
    with closing(sqlite3.connect(full)) as connection, connection:
        connection.execute("INSERT INTO blob VALUES (?, ?, ?)", kept)
    found = verify(full)
    assert any("said to be redacted and there all the same" in note for note in found.notes)
    assert redact(full, "a", 3, "note", WHY).again
    assert verify(full).ok
    with Log.open(full, write=False) as log:
        kinds = [one.kind for row in log.sessions(others=True) for one in log.read(row.id)]
    assert kinds.count("access.redacted") == 1


def test_words_that_vanish_without_a_word_are_a_break(full: Path, attack: Any) -> None:
    redact(full, "a", 3, "note", WHY)
    attack("DELETE FROM blob WHERE body = 'words of b number 1'")
    found = verify(full)
    assert not found.ok
    assert found.first_break is not None
    assert (found.first_break.session, found.first_break.seq) == ("b", 2)
    with pytest.raises(Refused, match="nothing says that it was redacted"):
        redact(full, "b", 2, "note", WHY)
    with Log.open(full, write=False) as log:
        assert len(log.read("a")) >= 3
        with pytest.raises(Refused, match="a text of it is missing"):
            log.read("b")


@pytest.mark.parametrize(
    ("session", "seq", "field", "why", "said"),
    [
        ("a", 99, "note", WHY, "no such entry"),
        ("a", 3, "text", WHY, "has no text `text`"),
        ("a", 3, "note", " ", "empty"),
        ("nobody", 3, "note", WHY, "nobody"),
    ],
)
def test_what_cannot_be_redacted_is_said_and_nothing_is_changed(
    full: Path, session: str, seq: int, field: str, why: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        redact(full, session, seq, field, why)
    assert verify(full).events == 12


def test_a_session_at_work_and_a_strange_backup_are_refused(
    full: Path, path: Path, tmp_path: Path, add: Any
) -> None:
    other = tmp_path / "other.sqlite"
    with Log.open(other) as log:
        add(log, "a")
    with pytest.raises(Refused, match="backup of another log"):
        redact(full, "a", 3, "note", WHY, [other])
    with Log.open(full) as log, log.hold("a"), pytest.raises(Refused, match="open in another window"):
        redact(full, "a", 3, "note", WHY)
    assert verify(full).events == 12


def test_a_bundle_of_what_is_left_proves_itself(path: Path, tmp_path: Path, capsys: Any) -> None:
    reviews(path)
    with Log.open(path) as log:
        log.checkpoint()
        entry = next(
            one for one in log.read("aa11") if one.kind == "determination.recorded" and one.body["reason"]
        )
    ran = CliRunner().invoke(
        cli, ["log", "redact", "aa11", str(entry.seq), "reason", "--reason", WHY, "--log", str(path)]
    )
    assert "The session is signed: the signature still verifies" in ran.output
    assert "[redacted]" in CliRunner().invoke(cli, ["log", "show", "aa11", "--log", str(path)]).output
    with Log.open(path) as log:
        note = log.checkpoint()
    file = tmp_path / "aa11.imr"
    file.write_bytes(bundle(path, "aa11", note, LetterTexts()))
    main([str(file)])
    assert "1 said to be redacted" in " ".join(capsys.readouterr().out.split())


def test_the_command_says_where_the_same_words_stand(full: Path, add: Any) -> None:
    with Log.open(full) as log:
        add(log, "c")
    ran = CliRunner().invoke(cli, ["log", "redact", "a", "3", "note", "--reason", WHY, "--log", str(full)])
    assert ran.exit_code == 0, ran.output
    assert "Redacted, and logged." in ran.output
    assert "The session is signed" not in ran.output
    assert "Backups and copies that were not named" in ran.output
    shown = CliRunner().invoke(cli, ["log", "show", "a", "--json", "--log", str(full)])
    assert WORDS not in shown.output
