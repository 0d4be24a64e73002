"""No test touches the folders of the one who runs them: neither profile, key and checkpoints, nor cases, nor cache.

Nor does one wait for the disk: what has to outlast a power failure is tried by processes of their own (`tests/prove`).
"""

from __future__ import annotations

import os
import sys

import pytest

from assistant.log import database

sys.dont_write_bytecode = False  # each process that a test starts would compile the program anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(autouse=True)
def own_folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path_factory.getbasetemp() / "config"))
    monkeypatch.setenv("IMR_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    cases = tmp_path_factory.getbasetemp() / "cases"
    cases.mkdir(exist_ok=True)
    monkeypatch.setenv("IMR_CASES", str(cases))
    monkeypatch.delenv("IMR_KEY", raising=False)
    if request.node.get_closest_marker("durable") is None:
        monkeypatch.setitem(database.DURABLE, "synchronous", ("OFF", 0))
