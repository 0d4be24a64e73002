"""When something was logged, by the clocks of this machine; replaced by a fixed one in tests."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

Clock = Callable[[], tuple[str, int, str]]
"""Gives (UTC as "2026-11-22T14:03:22.123Z", monotonic nanoseconds, boot id)."""


def system_clock() -> tuple[str, int, str]:
    """Now, by the wall clock and the monotonic clock, and the boot that the second counts from."""
    now = datetime.now(UTC)
    return f"{now.isoformat(timespec='milliseconds')[:-6]}Z", time.monotonic_ns(), _boot()


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return str(uuid.uuid4())
