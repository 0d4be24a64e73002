"""The fixtures of the screen's tests; what they are made of stands in `windowing`."""

from __future__ import annotations

from tests.tui.windowing import begin, config, fixed_ids, log_path, one_by_one, open_window, show

__all__ = ["begin", "config", "fixed_ids", "log_path", "one_by_one", "open_window", "show"]
