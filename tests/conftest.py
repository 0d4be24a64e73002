"""No test touches the folders of the one who runs them: neither profile, key and checkpoints, nor cases, nor cache."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path_factory.getbasetemp() / "config"))
    monkeypatch.setenv("IMR_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    cases = tmp_path_factory.getbasetemp() / "cases"
    cases.mkdir(exist_ok=True)
    monkeypatch.setenv("IMR_CASES", str(cases))
    monkeypatch.delenv("IMR_KEY", raising=False)
