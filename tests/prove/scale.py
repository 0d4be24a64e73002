"""How much is tried: a seeded sample of seconds in `make test`, all of it in `make prove`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

ALL = bool(os.environ.get("IMR_PROVE"))
"""Whether everything is tried."""

MODES = ("wal",)
"""The program's journal modes, where the one that it uses here is enough for a sample."""

Proved = Callable[[str, str], None]
"""Takes a claim and the figures that bear it out (a fixture)."""


def of(sample: int, everything: int) -> int:
    """How many of something."""
    return everything if ALL else sample


def memory() -> str | None:
    """A folder in memory for files that only exist to be read once, None where there is none."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) and Path("/dev/shm").is_dir() else None
