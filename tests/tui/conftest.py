"""The fixtures of the screen's tests; what they are made of stands in `windowing`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual import app, pilot, screen
from textual.css.stylesheet import Stylesheet

from assistant import library
from tests.tui.windowing import (
    CASE,
    begin,
    config,
    fixed_ids,
    log_path,
    one_by_one,
    open_window,
    show,
    still,
)


@pytest.fixture(scope="session", autouse=True)
def styles_read_once() -> Iterator[None]:
    """The styles of a window are those of the one before; they are read once under the same colours."""
    known: dict[Any, Any] = {}
    read = Stylesheet._parse_rules

    def once(sheet: Stylesheet, css: str, *more: Any, **named: Any) -> Any:
        key = css, more, tuple(named.items()), frozenset(sheet._variables.items())
        if key not in known:
            known[key] = read(sheet, css, *more, **named)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_is_waited_for_in_vain() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for one in (app, pilot):
            patch.setattr(one, "wait_for_idle", still)
        patch.setattr(screen, "UPDATE_PERIOD", 0.001)
        yield


@pytest.fixture(autouse=True)
def one_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screens list the published case alone, however many come with the program."""
    monkeypatch.setattr(library, "case_names", lambda: [CASE])


__all__ = ["begin", "config", "fixed_ids", "log_path", "one_by_one", "open_window", "show"]
