"""The logs that the commands of the log are tried on: those of its own tests."""

from __future__ import annotations

from tests.log.conftest import _reviewed, add, attack, full, log, path, reviewed, shared

__all__ = ["_reviewed", "add", "attack", "full", "log", "path", "reviewed", "shared"]
