"""`imr log verify`, `checkpoint`, `consistency`, `prove` and `rederive` as they are called, with their exit status."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assistant import library
from assistant.cli.main import run
from assistant.log import Draft, Log, standalone_verify
from assistant.log.bundle import LetterTexts, bundle, bundle_letter, covering_checkpoint
from assistant.log.chain import canonical, leaf
from assistant.log.keys import Signer, VerifierKey, read_checkpoint, signer
from assistant.log.last_verified import last_verified
from tests.log.forgery import rewrite, stored, unfenced

CASE = "cervical-radiographs-after-fusion"
REFERENCE = library.folder("casebank") / CASE / "reference.yaml"


class Said(NamedTuple):
    status: int
    out: str
    err: str


Imr = Callable[..., Said]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile's folder and a log with one signed review."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        patch.setenv("IMR_LOG", str(folder / "log.sqlite"))
        assert run(["review", CASE, "--answers", str(REFERENCE), "--json"]) == 0
    return folder


@pytest.fixture
def log_path(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "log.sqlite"


@pytest.fixture
def imr(log_path: Path, capsys: pytest.CaptureFixture[str]) -> Imr:
    capsys.readouterr()

    def call(*arguments: str) -> Said:
        status = run(list(arguments))
        printed = capsys.readouterr()
        return Said(status, printed.out, printed.err)

    return call


def spoil(path: Path) -> None:
    with unfenced(path) as file:
        file.execute("UPDATE event SET kind = 'page.opened' WHERE id = 3")


# -- verify ---------------------------------------------------------------------------------------


def test_a_sound_log(imr: Imr) -> None:
    said = imr("log", "verify")
    assert said.status == 0
    assert "The log verifies." in said.out
    assert "  holds  chain" in said.out
    assert "This does not prove:" in said.out
    assert max(len(line) for line in said.out.splitlines() if "/" not in line and "+" not in line) <= 100


def test_the_page_fits_a_narrow_terminal(imr: Imr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "88")
    lines = imr("log", "verify").out.splitlines()
    assert max(len(line) for line in lines if "/" not in line and "+" not in line) <= 88
    assert "  holds  chain" in "\n".join(lines)


def test_a_spoilt_log(imr: Imr, log_path: Path) -> None:
    spoil(log_path)
    said = imr("log", "verify")
    assert said.status == 1
    assert "  FAILS  chain" in said.out
    text = " ".join(said.out.split())
    assert "An entry was changed, removed, added or moved after it was logged" in text
    assert "First break: session" in text
    assert "entry 3: the columns beside the entry were changed: kind" in text
    assert "The log does NOT verify." in said.out
    found = json.loads(imr("log", "verify", "--json").out)
    assert (found["ok"], found["first_break"]["seq"]) == (False, 3)


def test_deep(imr: Imr) -> None:
    said = imr("log", "verify", "--deep")
    assert said.status == 0
    assert "  holds  drafts" in said.out
    assert "  holds  schemas" in said.out


def test_since(imr: Imr, log_path: Path) -> None:
    with Log.open(log_path) as log:
        listed = Draft("access.listed", {"command": "log sessions", "filters": {}})
        log.append(
            "s", [Draft("access.opened", {"tool": "1"}), *[listed] * 299], actor="r-1", case="", after=0
        )
    assert "All of the log was read" in imr("log", "verify", "--since").out
    second = json.loads(imr("log", "verify", "--since", "--json").out)
    assert second["since"] == 256
    assert imr("log", "note", "last", "Looked at.").status == 0
    said = imr("log", "verify", "--since")
    assert said.status == 0
    assert "were not read again" in " ".join(said.out.split())


def test_against_what_an_auditor_holds(imr: Imr, log_path: Path, tmp_path: Path) -> None:
    made = json.loads(imr("log", "checkpoint", "-o", "held.txt", "--json").out)
    Path("key.txt").write_text(made["key"] + "\n")
    shutil.rmtree(tmp_path / "config")
    shutil.copyfile(log_path, "elsewhere.sqlite")
    known = ("--log", "elsewhere.sqlite", "--key", "key.txt", "--checkpoint", "held.txt")
    assert imr("log", "verify", *known).status == 0
    rewrite(tmp_path / "elsewhere.sqlite", lambda entries: entries[:40], keep_checkpoints=False)
    assert imr("log", "verify", "--log", "elsewhere.sqlite").status == standalone_verify.OPEN
    said = imr("log", "verify", *known)
    assert said.status == 1
    assert "entries were cut off, or this is an older copy" in " ".join(said.out.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--key", "nothing-such"), "no such file"),
        (("--key", "a+b+c"), "not a verifier key"),
        (("--checkpoint", "nothing-such"), "does not exist"),
        (("--log", "nothing-such"), "There is no decision log here"),
        (("nothing-such",), "does not exist"),
    ],
)
def test_wrong_use(imr: Imr, arguments: tuple[str, ...], says: str) -> None:
    said = imr("log", "verify", *arguments)
    assert (said.status, said.out) == (2, "")
    assert says in said.err


def test_a_named_checkpoint_that_can_not_be_read_fails(imr: Imr) -> None:
    Path("empty.txt").touch()
    Path("latin.txt").write_bytes(b"\xe9")
    for name in ("empty.txt", "latin.txt"):
        said = imr("log", "verify", "--checkpoint", name, "--json")
        found = json.loads(said.out)
        assert (said.status, found["verdicts"]["coverage"]["ok"]) == (1, False)
        assert name in found["verdicts"]["coverage"]["says"]


def test_readers_leave_out_a_session_with_an_entry_that_can_not_be_read_and_end_with_1(
    imr: Imr, log_path: Path
) -> None:
    """The session is named, the others are shown, and nobody is shown a part of it: it might be an amendment that lacks."""
    whole = stored(log_path)[0]["session"]
    opened = canonical({**stored(log_path)[0], "session": "f0f0f0f0f0f0"})
    spoilt = opened.replace(b'"body":{', b'"body":{"aa":1.5,')
    with unfenced(log_path) as file:
        (id,) = file.execute("SELECT max(id) + 1 FROM event").fetchone()
        ts = stored(log_path)[0]["ts"]
        row = id, "f0f0f0f0f0f0", 1, "session.opened", ts, spoilt, leaf(spoilt)
        file.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    for command in (
        ("log", "sessions"),
        ("log", "report", "determinations", "--format", "csv"),
        ("log", "sql", "SELECT session FROM session"),
        ("log", "sample", "-n", "3", "--seed", "1"),
        ("training", "list"),
    ):
        said = imr(*command)
        assert said.status == 1, command
        assert "session f0f0f0f0f0f0: It was left out" in said.err
        assert "1.5 is no whole number" in said.err
        assert "f0f0f0f0f0f0" not in said.out
        assert whole in said.out or command[0] == "training"
    for command in (("log", "show"), ("letter",), ("log", "rederive"), ("replay",)):
        said = imr(*command, "f0f0f0f0f0f0", *(["--plain"] if command == ("replay",) else []))
        assert (said.status, said.out) == (1, "")
    assert imr("log", "show", whole).status == 0
    said = imr("log", "verify", "--deep")
    assert said.status == 1
    assert "First break: session f0f0f0f0f0f0, entry 1" in said.out


# -- checkpoint -----------------------------------------------------------------------------------


def test_a_checkpoint_is_printed_to_be_held(imr: Imr) -> None:
    said = imr("log", "checkpoint", "-o", "held.txt")
    assert said.status == 0
    assert said.out.startswith(Path("held.txt").read_text())
    assert "Verifier key: imr-log/" in said.out
    assert stat.S_IMODE(Path("held.txt").stat().st_mode) == 0o600
    again = imr("log", "checkpoint", "-o", "held.txt")
    assert again.status == 2
    assert "already there" in again.err


def test_a_key_is_made_where_it_is_wanted(imr: Imr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMR_KEY", str(tmp_path / "stick.pem"))
    assert imr("log", "note", "last", "Looked at.").status == 0
    assert "no key where IMR_KEY says" in imr("log", "checkpoint").err
    assert imr("log", "checkpoint", "--new-key").status == 0
    assert "never replaced" in imr("log", "checkpoint", "--new-key").err


def test_an_older_log_is_gone_on_with_for_a_reason(imr: Imr, log_path: Path) -> None:
    rewrite(log_path, lambda entries: entries[:30])
    refused = imr("log", "checkpoint")
    assert refused.status == 2
    assert "30 entries, and had" in refused.err
    assert imr("log", "show", "last").status == 0
    assert imr("log", "verify").status == 1
    assert imr("log", "checkpoint", "--accept-rollback", "").status == 2
    assert imr("log", "checkpoint", "--accept-rollback", "The disk was restored.").status == 0
    with unfenced(log_path) as file:  # what could no longer be over these entries
        file.execute("DELETE FROM checkpoint WHERE size > 40")
    said = imr("log", "verify")
    assert said.status == 0
    assert "accepted this log as it was found, with 30 entries" in " ".join(said.out.split())


# -- consistency ----------------------------------------------------------------------------------


def test_consistency(imr: Imr) -> None:
    assert imr("log", "checkpoint", "-o", "old.txt").status == 0
    assert imr("log", "note", "last", "Looked at.").status == 0
    assert imr("log", "checkpoint", "-o", "new.txt").status == 0
    said = imr("log", "consistency", "old.txt", "new.txt", "-o", "proof.json")
    assert said.status == 0
    assert "continues that of" in said.out
    checked = imr("log", "verify", "proof.json", "--checkpoint", "old.txt")
    assert checked.status == 0
    assert "What any entry says" in checked.out
    assert "letter.txt" not in checked.out
    assert imr("log", "verify", "proof.json", "--checkpoint", "new.txt").status == 1
    assert imr("log", "consistency", "new.txt", "old.txt").status == 1
    program = standalone_verify.__file__
    done = subprocess.run(
        [sys.executable, "-I", "-S", program, "proof.json"], capture_output=True, check=False
    )
    assert done.returncode == standalone_verify.OPEN


# -- one session ----------------------------------------------------------------------------------


def test_a_session_is_taken_along_and_read_elsewhere(imr: Imr, tmp_path: Path) -> None:
    said = imr("log", "prove", "last", "-o", "session.imr")
    assert (said.status, said.err) == (0, "")
    assert "python3 session.imr" in said.out
    assert stat.S_IMODE(Path("session.imr").stat().st_mode) == 0o600
    done = subprocess.run([sys.executable, "-I", "-S", "session.imr"], capture_output=True, check=False)
    assert done.returncode == standalone_verify.OPEN
    shown = json.loads(imr("log", "show", "last", "--json").out)
    letter = imr("letter", "last").out
    (tmp_path / "log.sqlite").unlink()
    assert imr("log", "verify", "session.imr").status == 0
    assert imr("log", "rederive", "session.imr").status == 0
    assert json.loads(imr("log", "show", "session.imr", "--json").out) == shown
    assert imr("letter", "session.imr").out == letter
    again = imr("log", "prove", "last", "-o", "session.imr")
    assert again.status == 2
    assert "already there" in again.err


def test_taking_a_session_along_is_logged(imr: Imr, log_path: Path) -> None:
    assert imr("log", "prove", "last", "-o", "session.imr").status == 0
    assert imr("log", "rederive", "last").status == 0
    assert imr("log", "verify").status == 0
    logged = [
        (one["kind"], one["body"].get("command") or one["body"].get("what")) for one in stored(log_path)
    ]
    assert logged[-3:] == [
        ("access.opened", None),
        ("access.exported", "bundle"),
        ("access.read", "rederive"),
    ]


def test_a_spoilt_bundle(imr: Imr) -> None:
    assert imr("log", "prove", "last", "-o", "session.imr").status == 0
    data = Path("session.imr").read_bytes()
    Path("spoilt.imr").write_bytes(data.replace(b'"outcome":"uphold"', b'"outcome":"uphola"'))
    said = imr("log", "verify", "spoilt.imr")
    assert said.status == 1
    assert "It does NOT hold." in said.out
    assert imr("log", "verify", "spoilt.imr", "--json").status == 1


def test_a_log_or_an_archive_in_the_place_of_a_bundle_is_said_to_be_one(
    imr: Imr, log_path: Path, tmp_path: Path
) -> None:
    archived = tmp_path / "2023.parquet"
    archived.write_bytes(b"PAR1 and so on, imr-archive")
    for path, what in (
        (log_path, "This is a log, and no"),
        (archived, "This is an archive of a log, and no"),
    ):
        said = imr("log", "verify", str(path))
        assert said.status == 2
        assert what in said.err
        assert f"--log {path}" in said.err


@pytest.mark.parametrize(
    ("form", "what"),
    [
        ("csv", "a table (CSV)"),
        ("odk", "a table (CSV)"),
        ("ndjson", "JSON, or lines of it"),
        ("fhir", "JSON, or lines of it"),
        ("prov", "JSON, or lines of it"),
    ],
)
def test_what_was_exported_in_another_form_is_said_to_be_that_form(imr: Imr, form: str, what: str) -> None:
    assert imr("log", "export", "last", "--format", form, "-o", "written").status == 0
    for name in ("written", "written.json" if form in ("fhir", "prov") else "written.txt"):
        Path(name).write_bytes(Path("written").read_bytes())
        said = imr("log", "verify", name)
        assert said.status == 2
        assert what in said.err
        assert "imr log prove" in said.err


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PAR1 rows PAR1", "a table of rows (Parquet)"),
        (b"age-encryption.org/v1\n-> X25519", "imr log unseal"),
        (b"imr-log/00\n3\nAAAA\n\n\xe2\x80\x94 imr-log/00 BBBB\n", "--checkpoint"),
        (b"Dear Sir", "This is a text,"),
        (b"\0\1\2 of nothing", "no file of this program"),
        (b"", "no file of this program"),
        ("\u00e9".encode() * 3000, "This is a text,"),
        (b"\xff\xfe\xfd", "no file of this program"),
    ],
)
def test_what_is_no_bundle_is_said_to_be_what_it_is(imr: Imr, data: bytes, what: str) -> None:
    Path("given").write_bytes(data)
    said = imr("log", "verify", "given")
    assert said.status == 2
    assert what in said.err
    alone = standalone_verify.examine(Path("given"))
    assert [one.ok for one in alone] == [False]
    assert "no exported session" in alone[0].says


def test_a_log_elsewhere_without_any_checkpoint_is_open(imr: Imr, log_path: Path, tmp_path: Path) -> None:
    """Whoever took it along took the checkpoints out, so that nothing tells who signed."""
    copy = Path(shutil.copyfile(log_path, tmp_path / "elsewhere.sqlite"))
    with unfenced(copy) as file:
        file.execute("DELETE FROM checkpoint")
    said = imr("log", "verify", "--log", str(copy))
    assert said.status == standalone_verify.OPEN
    assert "WHO SIGNED THE LOG IS OPEN: no checkpoint is stored in the log" in " ".join(said.out.split())
    assert "who signed it was open" in last_verified(copy)


def test_a_log_whose_key_nobody_knows_here_is_open(
    imr: Imr, log_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = json.loads(imr("log", "checkpoint", "--json").out)["key"]
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "of somebody else"))
    said = imr("log", "verify")
    assert said.status == 0, "as it has always been: logs of earlier versions go on to verify"
    assert "WHO SIGNED THE LOG IS OPEN" in " ".join(said.out.split())
    assert "WHO SIGNED" not in imr("log", "verify", "--key", key).out


def test_words_added_to_the_letter_of_a_bundle_are_open(imr: Imr) -> None:
    assert imr("log", "prove", "last", "-o", "session.imr").status == 0
    for added in (b"PS: The treatment is approved.\n", b"\n", b" "):
        with zipfile.ZipFile("session.imr") as old, zipfile.ZipFile("more.imr", "w") as new:
            for info in old.infolist():
                more = added if info.filename == "letter.txt" else b""
                new.writestr(info, old.read(info) + more)
        said = imr("log", "verify", "more.imr")
        assert said.status == standalone_verify.OPEN, added
        assert "WHETHER letter.txt IS THE LETTER OF THIS SESSION IS OPEN" in " ".join(said.out.split())
    assert imr("log", "verify", "session.imr").status == 0


def test_a_forged_bundle_fails_where_the_key_of_its_log_is_known_and_is_open_elsewhere(
    imr: Imr, log_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dated back, linked anew, and signed by a fresh key in the name of the log."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    assert imr("log", "prove", "last", "-o", "genuine.imr").status == 0
    forged_log = tmp_path / "forged.sqlite"
    shutil.copyfile(log_path, forged_log)
    private = Ed25519PrivateKey.generate()
    made = json.loads(imr("log", "checkpoint", "--json").out)
    origin, key_here = made["origin"], made["key"]
    key = VerifierKey(origin, private.public_key().public_bytes_raw())
    rewrite(
        forged_log,
        lambda entries: [{**one, "ts": one["ts"].replace("202", "201", 1)} for one in entries],
        Signer(key, private),
    )
    session = stored(forged_log)[0]["session"]
    words = bundle_letter(Path("genuine.imr"))
    data = bundle(forged_log, session, covering_checkpoint(forged_log, session), words, [key])
    Path("forged.imr").write_bytes(data)
    assert imr("log", "verify", "genuine.imr").status == 0
    said = imr("log", "verify", "forged.imr")
    assert said.status == 1
    assert "not signed by the key" in " ".join(said.out.split())
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "of somebody else"))
    elsewhere = ("--log", str(tmp_path / "no-log.sqlite"))
    said = imr("log", "verify", "genuine.imr", *elsewhere)
    assert said.status == standalone_verify.OPEN
    assert "WHO SIGNED IT IS OPEN" in " ".join(said.out.split())
    assert imr("log", "verify", "forged.imr", *elsewhere).status == standalone_verify.OPEN
    genuine = ("--key", key_here, *elsewhere)
    assert imr("log", "verify", "genuine.imr", *genuine).status == 0
    assert imr("log", "verify", "forged.imr", *genuine).status == 1


def test_a_bundle_whose_letter_is_not_what_its_entries_give_fails(
    imr: Imr, log_path: Path, tmp_path: Path
) -> None:
    """By whoever has the log's key: the letter's hash was signed, and the entries give another letter."""
    assert imr("log", "prove", "last", "-o", "genuine.imr").status == 0
    words = bundle_letter(Path("genuine.imr"))
    signed = words.signed.replace("negative", "positive").replace("chronic", "recent")
    assert signed != words.signed
    hash = hashlib.sha256(signed.encode()).hexdigest()
    forged = tmp_path / "forged.sqlite"
    shutil.copyfile(log_path, forged)
    rewrite(
        forged,
        lambda entries: [
            {**one, "body": {**one["body"], "letter": hash}} if one["kind"] == "session.signed" else one
            for one in entries
        ],
        signer(read_checkpoint(imr("log", "checkpoint").out).origin),
    )
    session = stored(forged)[0]["session"]
    data = bundle(forged, session, covering_checkpoint(forged, session), LetterTexts(signed, signed))
    Path("forged.imr").write_bytes(data)
    assert [one.ok for one in standalone_verify.examine(Path("forged.imr"))].count(False) == 0
    said = imr("log", "verify", "forged.imr")
    assert said.status == 1
    assert "does not come out of the entries" in " ".join(said.out.split())


def test_rederive(imr: Imr, log_path: Path) -> None:
    said = imr("log", "rederive", "last")
    assert said.status == 0
    assert " 1 outcome, 1 letter." in said.out
    assert "it is the same byte for byte" in said.out
    rewrite(
        log_path,
        lambda entries: [
            {**one, "body": {**one["body"], "why": "gap"}} if one["kind"] == "suggestion.shown" else one
            for one in entries
        ],
    )
    said = imr("log", "rederive", "last")
    assert said.status == 1
    assert "First difference: entry" in said.out
    assert "(gap)" in said.out
    assert "could not be logged" in said.err


def test_on_a_log_that_can_not_be_written_reading_goes_on(
    imr: Imr, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.log.store.connect_writer", _no_writing)
    said = imr("log", "rederive", "last")
    assert said.status == 0
    assert "This reading could not be logged" in said.err
    assert imr("log", "prove", "last", "-o", "session.imr").status == 0


def _no_writing(path: Path) -> Any:
    from assistant.core.problem import refuse

    raise refuse("You may not write to this file.", str(path))
