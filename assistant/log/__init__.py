"""The decision log: one SQLite file to which every step of every review is added, and none removed.

Its promises: what `Log.append` has returned is on the disk; nothing written is changed; and whoever
changes the file by other means is found out by `verify`. Its limits are said by `verify` itself.
"""

from __future__ import annotations

from assistant.log.entry import Draft, Entry
from assistant.log.sessions import SessionRow, session_words
from assistant.log.store import Log, SessionLock

__all__ = ["Draft", "Entry", "Log", "SessionLock", "SessionRow", "session_words"]
