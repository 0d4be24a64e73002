"""Each way that is known to change what a signed determination says is named to the auditor."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assistant.core.access_events import AccessListed
from assistant.log import Log, verify_steps
from assistant.log.access import note
from assistant.log.checkpoint import Held
from assistant.log.keys import own_keys, read_checkpoint
from assistant.log.verify import verify
from assistant.log.verify_entries import Verification
from assistant.log.verify_steps import Silent, followed
from tests.log.forgery import stored
from tests.prove import flipped
from tests.prove.broken import NOTED, WAYS, Owned
from tests.prove.scale import Proved


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a signed review, a checkpoint over it that an auditor holds, and an older copy of its first entries."""
    folder = tmp_path_factory.mktemp("owned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "profile"))
        path = flipped.real_log(folder / "log.sqlite")
        shutil.copyfile(path, folder / "older.sqlite")
        (folder / "older.json").write_text(json.dumps(stored(path)))
        assert note(path, AccessListed("log sessions", {})) == ""
        with Log.open(path) as log:
            (folder / "held.txt").write_text(log.checkpoint())
    return folder


@pytest.fixture
def owned(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Owned:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "profile"))
    for place in (tmp_path / "profile" / "checkpoints").glob("*.place"):
        place.write_text(str(tmp_path / "log.sqlite"))
    text = (tmp_path / "held.txt").read_text()
    held = Held(tmp_path / "held.txt", text, read_checkpoint(text))
    (key,) = own_keys(held.head.origin)
    return Owned(tmp_path / "log.sqlite", tmp_path / "profile", tmp_path / "older.sqlite", held, key)


def audited(owned: Owned) -> Verification:
    """What the auditor's command finds."""
    return followed(owned.path, verify(owned.path, keys=[owned.key], checkpoints=[owned.held]), Silent())


def test_the_log_itself_verifies(owned: Owned) -> None:
    assert audited(owned).ok


@pytest.mark.parametrize("name", WAYS)
def test_what_the_owner_does_is_named_to_the_auditor(
    name: str, owned: Owned, proved: Proved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_steps, "NEWEST", 4)  # as if more had come since than are followed at once
    spoil, verdict = WAYS[name]
    spoil(owned)
    found = audited(owned)
    failing = [one for one, says in found.verdicts.items() if says.ok is False]
    if verdict == NOTED:
        assert found.ok
        assert "after the last checkpoint held elsewhere" in found.verdicts["coverage"].says
        assert not found.verdicts["coverage"].says.startswith("0 entries")
    else:
        assert verdict in failing, (failing, found.verdicts)
    proved("ways to change what a determination says", f"{name}: {', '.join(failing) or NOTED}")
