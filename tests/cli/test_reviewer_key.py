"""`imr reviewer key`, and a real signature where there is no screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant import profile
from assistant.cli.main import cli
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log import reviewer_keys as keys
from assistant.log.verify import verify
from assistant.profile import Profile
from tests.review.signed import before_the_signature, real_case

ONE = "r-one"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    profile.save_profile(Profile(ONE))
    return tmp_path / "config"


def secret(folder: Path, words: str = "a passphrase in a file") -> str:
    path = folder / f"{words.split()[-1]}.txt"
    path.write_text(f"{words}\n")
    path.chmod(0o600)
    return str(path)


def imr(*arguments: str, typed: str = "") -> str:
    done = CliRunner().invoke(cli, list(arguments), input=typed)
    if isinstance(done.exception, Refused):
        raise done.exception
    return done.output


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """The log with a real review that waits for its signature."""
    with Log.open(tmp_path / "log.sqlite") as log:
        before_the_signature(log, real_case(tmp_path), ONE).review.close()
    return tmp_path / "log.sqlite"


def signed(path: Path) -> bool:
    with Log.open(path, write=False) as log:
        return log.sessions()[0].status == "signed"


def test_a_key_is_made_shown_and_never_replaced(tmp_path: Path) -> None:
    made = imr("reviewer", "key", "make", "--passphrase-file", secret(tmp_path))
    own = keys.own_key()
    assert own is not None
    assert str(own.key) in made
    assert json.loads(imr("reviewer", "key", "show", "--json"))["fingerprint"] == keys.fingerprint(own.key)
    with pytest.raises(Refused, match="never replaced"):
        imr("reviewer", "key", "make", "--passphrase-file", secret(tmp_path))
    keys.put_aside()
    with pytest.raises(Refused, match="There is no key"):
        imr("reviewer", "key", "show")


def test_a_pipe_signs_no_real_review_without_a_file_for_the_passphrase(waiting: Path, tmp_path: Path) -> None:
    said = imr("resume", "last", "--plain", typed="sign\n")
    assert "nobody here to be asked" in " ".join(said.split())
    assert not signed(waiting)
    said = imr("resume", "last", "--plain", "--passphrase-file", secret(tmp_path), typed="sign\n")
    assert "Signed: Uphold" in said
    assert signed(waiting)
    imr("resume", "last", "--plain")
    imr("log", "holds")
    shown = imr("log", "report", "readings")
    assert all(what in shown for what in ("resume", "report holds"))


def test_the_environment_names_the_file_too(
    waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = Path(secret(tmp_path))
    monkeypatch.setenv("IMR_PASSPHRASE_FILE", str(named))
    named.chmod(0o644)
    assert "Others can read" in " ".join(imr("resume", "last", "--plain", typed="sign\n").split())
    named.chmod(0o600)
    imr("resume", "last", "--plain", typed="sign\n")
    assert signed(waiting)


def test_a_key_is_registered_changed_revoked_and_countersigned(
    waiting: Path, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = secret(tmp_path), secret(tmp_path, "another passphrase for the second")
    imr("reviewer", "key", "make", "--passphrase-file", first)
    old = keys.own_key()
    imr("reviewer", "key", "register", "--passphrase-file", first)
    changed = imr("reviewer", "key", "change", "--passphrase-file", first, "--new-passphrase-file", second)
    assert old is not None
    assert f"Vouched for by {old.key}" in changed
    imr("reviewer", "key", "revoke", "It was seen.", "--lost")
    third = json.loads(imr("reviewer", "key", "make", "--passphrase-file", first, "--json"))["key"]
    with pytest.raises(Refused, match="countersigned by an officer"):
        imr("reviewer", "key", "register", "--passphrase-file", first)
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "officer"))
    profile.save_profile(Profile("officer"))
    officer = json.loads(imr("reviewer", "key", "make", "--passphrase-file", second, "--json"))["key"]
    said = str(tmp_path / "said.txt")
    imr("reviewer", "key", "countersign", third, "-o", said, "--passphrase-file", second)
    monkeypatch.setenv("IMR_CONFIG", str(config))
    (config / "organization.yaml").write_text(f"officers:\n- {officer}\n")
    imr("reviewer", "key", "register", "--countersigned", said, "--passphrase-file", first)
    imr("resume", "last", "--plain", "--passphrase-file", first, typed="sign\n")
    assert signed(waiting)
    assert verify(waiting).verdicts["reviewers"].ok is True


def test_an_auditor_names_the_keys_that_they_hold(waiting: Path, tmp_path: Path) -> None:
    imr("resume", "last", "--plain", "--passphrase-file", secret(tmp_path), typed="sign\n")
    assert "Open is who signed" in " ".join(imr("log", "verify").split())
    own, held, other = keys.own_key(), tmp_path / "held.txt", tmp_path / "other.txt"
    assert own is not None
    held.write_text(f"{own.key}\n")
    assert "Open is who signed" not in " ".join(imr("log", "verify", "--reviewer-key", str(held)).split())
    imr("log", "prove", "last", "-o", str(tmp_path / "session.imr"))
    said = " ".join(imr("log", "verify", str(tmp_path / "session.imr"), "--reviewer-key", str(held)).split())
    assert "holds reviewer the reviewer's key that you gave signed it" in said
    keys.put_aside()
    other.write_text(f"{keys.make_key(ONE, 'one that never signed').own.key}\n")
    said = " ".join(imr("log", "verify", str(tmp_path / "session.imr"), "--reviewer-key", str(other)).split())
    assert "FAILS reviewer" in said
    assert "is not registered in this log" in " ".join(
        imr("log", "verify", "--reviewer-key", str(other)).split()
    )
