"""Opens sessions for replay, with the marks that trainers have put beside them in their books."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant import reviewer
from assistant.core.problem import refuse
from assistant.log import Entry, Log
from assistant.log.bundle import open_source
from assistant.training.adjudicated import sheet_of
from assistant.training.book import Book, all_entries
from assistant.training.mark import Mark, bookmark, comment, marks_on, remove
from assistant.training.recording import Recording
from assistant.training.reference import Reference, reference_of_session, reference_of_sheet
from assistant.training.replay import Replay


class Marker:
    """Reads and writes the marks of a session in the books of the log at `path`.

    `actor` is whoever writes: without one, the id of the profile, which is made when it is first needed.
    """

    def __init__(self, path: Path, actor: str = "") -> None:
        self.path = path
        self._actor = actor

    @property
    def actor(self) -> str:
        self._actor = self._actor or reviewer.kept().id
        return self._actor

    def marks(self, session: str) -> list[Mark]:
        """The marks of all trainers on a session; none where there is no log yet."""
        if not self.path.expanduser().exists():
            return []
        with Log.open(self.path, write=False) as log:
            return marks_on(session, all_entries(log))

    def bookmark(self, entry: Entry, title: str = "") -> None:
        self._write(lambda book: bookmark(book, entry, title))

    def comment(self, entry: Entry, text: str) -> None:
        """A comment at an entry; `Refused` without words."""
        if not text.strip():
            raise refuse("A comment has words.", "", "Write what you saw.")
        self._write(lambda book: comment(book, entry, text))

    def remove(self, mark: Mark) -> None:
        """Takes a mark away; `Refused` for that of another."""
        if mark.by != self.actor:
            raise refuse(f"This mark is of {mark.by}.", "", "Only its writer takes it away.")
        self._write(lambda book: remove(book, mark))

    def _write(self, act: Callable[[Book], None]) -> None:
        with Log.open(self.path) as log:
            act(Book(log, self.actor))


def open_replay(log_path: Path, name: str, marker: Marker | None = None) -> Replay:
    """The replay of a session of the log (an id, the beginning of one, `last`) or of a bundle's file.

    Close its `recording.log` after use. Raises `Refused` for what is no review or was changed.
    """
    source, session = open_source(log_path, name)
    try:
        recording = Recording(source, session)
        return Replay(recording, marker.marks(session) if marker is not None else ())
    except BaseException:
        source.close()
        raise


def reference_named(log_path: Path, name: str) -> Reference:
    """What a session that is named came to, or an adjudication; `Refused` for one that is still open."""
    source, session = open_source(log_path, name)
    with source:
        sheet = sheet_of(source, session)
        if sheet is not None:
            return reference_of_sheet(sheet, session)
        return reference_of_session(Recording(source, session))


def must_differ(one: Replay, other: Replay) -> None:
    """Raises `Refused` for two sessions that can't be set side by side."""
    if one.recording.id == other.recording.id:
        raise refuse("This is one session, twice.", one.recording.id, "Name two.")
    if one.recording.case != other.recording.case:
        raise refuse(
            f"These sessions are of different cases: {one.recording.case} and {other.recording.case}.",
            "",
            "Name two sessions of one case; see `imr log sessions`.",
        )
