"""Foreign text on its way to a widget: made visible, and never read as markup."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from assistant.core.text import visible


def local_time(ts: str) -> str:
    """The time of day where the reviewer sits, of a logged UTC time."""
    return datetime.fromisoformat(ts).astimezone().strftime("%H:%M:%S") if ts else ""


def literal(text: str, style: str = "") -> Content:
    """Text as it is, with nothing in it obeyed."""
    return Content.styled(visible(text), style) if style else Content(visible(text))
