"""A log under a key: nothing of it stands in clear text in any file, and every command reads it as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import library
from assistant.cipher import Unfit, new_key, read_key
from assistant.cli.main import run
from assistant.log import Log

CASE = "cervical-radiographs-after-fusion"
SEVERAL = """
import contextlib, io, json, sys
from assistant.cli.main import run
from assistant.log import Log
said = []
for call in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = run(call)
    said.append((status, out.getvalue()))
print(json.dumps(said))
"""
"""Runs commands one after the other, and prints the status and the output of each."""
SAID = b"The published determination upheld the refusal."


def python(
    folder: Path, *words: str | Path, key: str = "", passphrase: str = ""
) -> subprocess.CompletedProcess[str]:
    """A process of its own, since the key takes effect when one begins."""
    own = {name: str(folder / name) for name in ("IMR_CONFIG", "XDG_DATA_HOME")}
    said = {"IMR_LOG_KEY": key, "IMR_LOG_PASSPHRASE": passphrase}
    environment = {**os.environ, **own, **{name: value for name, value in said.items() if value}}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
    )


def test_where_nobody_can_be_asked_for_the_passphrase_of_a_new_key_it_is_said_where_to_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Log.open(tmp_path / "log.sqlite"):
        pass
    key = tmp_path / "key.json"
    words = ["log", "encrypt", str(tmp_path / "new.sqlite"), "--key", str(key)]
    assert run([*words, "--log", str(tmp_path / "log.sqlite")]) == 2
    assert "Name it in IMR_LOG_PASSPHRASE, or make a key without: --open-key." in capsys.readouterr().err
    assert not key.exists()


def test_an_encrypted_log_holds_nothing_in_clear_text_and_is_read_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sqlcipher3", reason="SQLCipher is not installed here")
    sheet = library.folder("casebank") / CASE / "reference.yaml"
    plain, log, key = tmp_path / "plain.sqlite", tmp_path / "own" / "log.sqlite", tmp_path / "key.json"
    log.parent.mkdir(mode=0o700)
    assert run(["review", CASE, "--answers", str(sheet), "--log", str(plain)]) == 0
    encrypt = ("-m", "assistant", "log", "encrypt", log, "--key", key, "--log", plain)
    made = python(tmp_path, *encrypt, passphrase="a long one of mine")
    assert made.returncode == 0, made.stderr
    capsys.readouterr()
    assert run(["log", "sessions", "--log", str(log)]) == 2
    assert "read with IMR_LOG_KEY" in capsys.readouterr().err
    sessions = ("-m", "assistant", "log", "sessions", "--log", log)
    for passphrase, says in (
        ("another", "is not the passphrase"),
        ("", "Name its passphrase in IMR_LOG_PASSPHRASE"),
    ):
        assert says in python(tmp_path, *sessions, key=str(key), passphrase=passphrase).stderr
    plain.unlink()
    read = (
        (("review", CASE, "--answers", sheet), "signed"),
        (("log", "verify"), "The log verifies."),
        (("log", "report", "determinations"), CASE),
        (("log", "sql", "SELECT count(*) AS many FROM event"), "many"),
        (("letter", "last"), "Independent Medical Review"),
        (("log", "backup", log.with_name("copy.sqlite")), "a copy of"),
    )
    calls = json.dumps([[*map(str, words), "--log", str(log)] for words, _ in read])
    found = python(tmp_path, "-c", SEVERAL, calls, key=str(key), passphrase="a long one of mine")
    assert found.returncode == 0, found.stderr
    for (words, says), (status, said) in zip(read, json.loads(found.stdout), strict=True):
        assert status in (0, 4), words
        assert says in said, words
    assert [one.name for one in log.parent.iterdir() if one.is_file() and SAID in one.read_bytes()] == []
    assert log.with_name("copy.sqlite").read_bytes()[:6] != b"SQLite"


def test_a_key_is_opened_by_its_passphrase_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMR_LOG_PASSPHRASE", raising=False)
    for passphrase in ("", "a long one of mine"):
        key, data = new_key(passphrase)
        file = tmp_path / f"key{len(passphrase)}.json"
        file.write_bytes(data)
        assert read_key(file, lambda: "a long one of mine") == key
        assert (key.hex() in data.decode()) is not bool(passphrase)
    with pytest.raises(Unfit, match="not the passphrase"):
        read_key(file, lambda: "another")
    open_key = json.loads((tmp_path / "key0.json").read_bytes())
    changed = [{**open_key, "key": text} for text in ("", "aa", open_key["key"] + "00")]
    for text in (
        "",
        "[]",
        '{"salt": 1, "key": "", "closed": true}',
        "[" * 100_000,
        *map(json.dumps, changed),
    ):
        file.write_text(text)
        with pytest.raises(Unfit, match="no key of a log"):
            read_key(file)
    for text in ({**open_key, "key": "00" * 32}, {**json.loads(data), "closed": 1}):
        file.write_text(json.dumps(text))
        with pytest.raises(Unfit, match="a key that was changed"):
            read_key(file)
    with pytest.raises(Unfit, match="no such file"):
        read_key(tmp_path / "nothing")
