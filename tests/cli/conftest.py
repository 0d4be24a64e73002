"""A command as its user gives it, and the logs that the commands of the log are tried on: those of its own tests."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from assistant.cli.main import run
from tests.log.conftest import _reviewed, add, attack, full, log, path, reviewed, shared

__all__ = ["_reviewed", "add", "attack", "full", "imr", "log", "path", "reviewed", "shared"]

Told = tuple[int, str, str]
"""The status of a command, what it printed, and its errors."""
Imr = Callable[..., Told]


@pytest.fixture
def imr(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Imr:
    def call(*arguments: object, typed: str = "") -> Told:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        status = run([str(one) for one in arguments])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return call
