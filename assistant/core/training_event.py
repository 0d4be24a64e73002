"""Steps of a trainer and of trainees beside the sessions: assignments, reveals, bookmarks, comments, adjudication."""

from __future__ import annotations

from assistant.core.event_form import Event

KINDS: dict[str, type[Event]] = {
    cls.kind: cls for cls in Event.__subclasses__() if cls.__module__ == __name__
}
