"""Foreign text on its way to a widget: made visible, and never read as markup."""

from __future__ import annotations

from textual.content import Content

from assistant.core.text import visible


def literal(text: str, style: str = "") -> Content:
    """Text as it is, with nothing in it obeyed."""
    return Content.styled(visible(text), style) if style else Content(visible(text))
