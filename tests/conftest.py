"""No test touches the folder in which the one who runs them keeps a profile, a key and checkpoints, nor the user's cache."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path_factory.getbasetemp() / "config"))
    monkeypatch.setenv("IMR_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.delenv("IMR_KEY", raising=False)
