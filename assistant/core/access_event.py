"""Steps of a sitting at the log: who read what, drew which sample, noted what."""

from __future__ import annotations

from assistant.core.event_form import Event

KINDS: dict[str, type[Event]] = {
    cls.kind: cls for cls in Event.__subclasses__() if cls.__module__ == __name__
}
