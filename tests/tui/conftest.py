"""The fixtures of the screen's tests; what they are made of stands in `windowing`."""

from __future__ import annotations

import pytest

from assistant import library
from tests.tui.windowing import CASE, begin, config, fixed_ids, log_path, one_by_one, open_window, show


@pytest.fixture(autouse=True)
def one_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screens list the published case alone, however many come with the program."""
    monkeypatch.setattr(library, "case_names", lambda: [CASE])


__all__ = ["begin", "config", "fixed_ids", "log_path", "one_by_one", "open_window", "show"]
