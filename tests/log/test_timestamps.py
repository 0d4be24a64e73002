"""Time from outside: answers of an authority and lines of a witness are kept with the checkpoint that they are over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.main import cli
from assistant.core.access_events import CheckpointTimed
from assistant.core.problem import Refused
from assistant.log import Draft, Log, access
from assistant.log.timestamps import Outside, read_witness, timestamped, witnessed
from assistant.log.verify import verify
from assistant.log.verify_entries import Verification
from tests.log.authority import Authority, Observer
from tests.log.forgery import rewrite

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    path = tmp_path / "log.sqlite"
    with Log.open(path) as made:
        made.append("a1", [Draft("prompt.shown", {})] * 3, actor="r", case="neck", after=0)
    return path


def checkpoint(log: Path) -> str:
    with Log.open(log) as made:
        return made.checkpoint()


def answered(log: Path, authority: Authority, at: datetime = LATER, status: int = 0) -> Path:
    path = log.with_name("answer.tsr")
    path.write_bytes(authority.answer(checkpoint(log).encode(), at, status))
    return path


def cosigned(log: Path, witness: Observer, at: datetime = LATER) -> Path:
    path = log.with_name("cosigned.txt")
    path.write_text(witness.cosigned(checkpoint(log), at))
    return path


def keep(log: Path, event: CheckpointTimed) -> None:
    assert access.note(log, event) == ""


def times(found: Verification) -> tuple[bool | None, str]:
    return found.verdicts["times"].ok, found.verdicts["times"].says


def test_a_log_without_times_says_nothing_of_them_unless_it_is_asked(log: Path, authority: Authority) -> None:
    assert "times" not in verify(log).verdicts
    assert times(verify(log, outside=Outside(authority.certificates)))[0] is None


def test_the_time_of_an_authority_is_kept_and_verified(log: Path, authority: Authority) -> None:
    keep(log, timestamped(log, answered(log, authority)))
    held, says = times(verify(log, outside=Outside(authority.certificates)))
    assert held is True
    assert f"3 entries by {LATER:%Y-%m-%dT%H:%M:%SZ}" in says
    assert "Time of the tests" in says
    for nobody in (Outside(), Outside(Authority("Another").certificates)):
        assert times(verify(log, outside=nobody))[0] is None
    assert verify(log).ok


def test_an_authority_may_send_its_certificates_in_any_order(log: Path, authority: Authority) -> None:
    answer = log.with_name("answer.tsr")
    for along in (True, False):
        answer.write_bytes(authority.answer(checkpoint(log).encode(), LATER, along=along))
        keep(log, timestamped(log, answer))
        found = verify(log, outside=Outside(authority.certificates))
        assert times(found)[0] is True
        sent = answer.read_bytes()
        answer.write_bytes(sent.replace(b"\xa0\x82", b"\xa0\x83", 1))
        with pytest.raises(Refused, match="not the answer"):
            timestamped(log, answer)


def test_what_a_witness_signed_is_kept_and_verified(log: Path) -> None:
    witness, other = Observer(), Observer("witness.example/two")
    keep(log, witnessed(log, cosigned(log, witness)))
    assert read_witness(witness.vkey) == witness.key
    held, says = times(verify(log, outside=Outside(witnesses=(other.key, witness.key))))
    assert held is True
    assert f"3 entries by {LATER:%Y-%m-%dT%H:%M:%SZ} (witness.example/one)" in says
    assert times(verify(log, outside=Outside(witnesses=(other.key,))))[0] is None


def test_a_clock_that_was_ahead_is_told(log: Path, authority: Authority) -> None:
    keep(log, timestamped(log, answered(log, authority, NOW - timedelta(days=30))))
    found = verify(log, outside=Outside(authority.certificates))
    assert any("the clock of the computer was ahead" in note for note in found.notes)


def test_what_is_over_no_checkpoint_of_the_log_is_not_kept(log: Path, authority: Authority) -> None:
    own, other = answered(log, authority), log.with_name("other")
    for data in (b"", b"no answer", authority.answer(b"other words", NOW), own.read_bytes()[:-9]):
        other.write_bytes(data)
        with pytest.raises(Refused):
            timestamped(log, other)
    with pytest.raises(Refused, match="refused to say"):
        timestamped(log, answered(log, authority, status=2))
    note = checkpoint(log)
    for text in ("", "no note", note, Observer().cosigned(note.replace("\n3\n", "\n2\n"), NOW)):
        other.write_text(text)
        with pytest.raises(Refused):
            witnessed(log, other)


@pytest.mark.parametrize("key", ["", "w", "w+12345678+BAAA", "w+zz+!!", f"w+00000000+{'BA' + 'A' * 42}"])
def test_what_is_no_key_of_a_witness_is_refused(key: str) -> None:
    with pytest.raises(Refused, match="not the key of a witness"):
        read_witness(key)


@pytest.mark.parametrize("part", ["said", "note", "size", "form"])
@pytest.mark.parametrize("form", ["rfc3161", "cosignature/v1"])
def test_a_kept_time_that_was_changed_fails(log: Path, authority: Authority, form: str, part: str) -> None:
    witness = Observer()
    told = timestamped(log, answered(log, authority)), witnessed(log, cosigned(log, witness))
    (event,) = [one for one in told if one.form == form]
    other = {
        "said": witness.cosigned(event.note, NOW).rpartition("\n\n")[2].replace("/one", "/one/"),
        "note": event.note.replace("\n3\n", "\n2\n"),
        "size": 2,
        "form": "sundial",
    }[part]
    if part == "said" and form == "cosignature/v1":  # the right lines under another time
        data = event.said.replace(event.said.split()[-1], witness.cosigned(event.note, NOW).split()[-1])
        other = data[:-12] + ("A" if data[-12] != "A" else "B") + data[-11:]
    with Log.open(log) as made:
        body = {"form": event.form, "size": event.size, "note": event.note, "said": event.said, part: other}
        made.append("b1", [Draft(event.kind, body)], actor="r", case="", after=0)
    found = verify(log, outside=Outside(authority.certificates, (witness.key,)))
    assert times(found)[0] is False, times(found)
    assert not found.ok


def test_a_log_written_anew_does_not_give_what_was_seen_elsewhere(log: Path, authority: Authority) -> None:
    keep(log, timestamped(log, answered(log, authority)))
    rewrite(
        log, lambda entries: [{**one, "case": "back"} if one["session"] == "a1" else one for one in entries]
    )
    held, says = times(verify(log, outside=Outside(authority.certificates)))
    assert held is False
    assert "not those that were seen elsewhere" in says


def test_an_entry_that_keeps_no_time_that_can_be_read_fails(log: Path) -> None:
    with Log.open(log) as made:
        made.append("b1", [Draft(CheckpointTimed.kind, {})], actor="r", case="", after=0)
    assert times(verify(log))[0] is False


def test_the_commands_keep_and_verify_times(log: Path, authority: Authority) -> None:
    witness, root = Observer(), log.with_name("root.pem")
    root.write_bytes(authority.pem)

    def imr(*arguments: str) -> str:
        done = CliRunner().invoke(cli, [*arguments, "--log", str(log)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    note = checkpoint(log)
    answer, signed = log.with_name("answer.tsr"), log.with_name("signed.txt")
    answer.write_bytes(authority.answer(note.encode(), LATER))
    signed.write_text(witness.cosigned(note, LATER))
    assert "Kept in the log" in imr("log", "checkpoint", "--timestamp", str(answer), "--witness", str(signed))
    told = json.loads(imr("log", "verify", "--json", "--authority", str(root), "--witness-key", witness.vkey))
    assert told["verdicts"]["times"]["ok"] is True
    assert told["verdicts"]["times"]["says"].count("3 entries by") == 2
