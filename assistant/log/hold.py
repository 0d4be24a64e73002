"""One window at a time for one session, so that two never answer the same question differently.

The hold is a lock on a small file beside the log. The operating system frees it when its holder
ends, however that happens, so a crash never leaves a session shut.
"""

from __future__ import annotations

import os
from pathlib import Path

from assistant.core.problem import refuse
from assistant.log.lock import give_back, lock_file, take
from assistant.log.place import make_folder


class SessionHold:
    """A session that is ours alone until `release`; a context manager.

    Raises `Refused` at once if another window has the session.
    """

    def __init__(self, folder: Path, session: str) -> None:
        make_folder(folder)
        self.session = session
        self._descriptor = lock_file(folder / session)
        if not take(self._descriptor):
            os.close(self._descriptor)
            self._descriptor = -1
            raise refuse(
                "This session is open in another window.",
                f"session {session}",
                "Go on there, or close that window first.",
            )

    def release(self) -> None:
        """Lets the session go; doing it twice is no error."""
        if self._descriptor >= 0:
            give_back(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> SessionHold:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
