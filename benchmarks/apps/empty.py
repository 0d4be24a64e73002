"""The smallest Textual program: the yardstick for starting and for a key."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import Input, Static


class Empty(App[None]):
    """One line of text, or one input that echoes."""

    def compose(self) -> ComposeResult:
        yield Input() if "--input" in sys.argv else Static("Ready")


if __name__ == "__main__":
    Empty().run()
