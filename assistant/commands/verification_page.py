"""A verification as an auditor reads it: verdict by verdict, the first break, and what is not proven."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.commands.table import width
from assistant.core.text import one_line
from assistant.log.verdict import counted

if TYPE_CHECKING:
    from assistant.log.verdict import Verification

MARKS = {True: "holds", False: "FAILS", None: "open"}
MEANS = {
    "chain": "An entry was changed, removed, added or moved after it was logged, or the disk has damaged it.",
    "tree": "The log as a whole is not the one that was signed: it was changed, or written anew.",
    "signatures": "A checkpoint was not made by the keys that are trusted here, or was changed.",
    "coverage": "Entries that were in the log are gone, or another log lies in its place.",
    "triggers": "Somebody has opened a way to change entries; whether any was, the other verdicts say.",
    "database": "The file is damaged; what is looked up in it may come out wrong.",
    "artifacts": "A text that sessions rest on is not the one that was pinned; letters can't be derived from it.",
    "schemas": "An entry holds what no version of this program writes.",
    "drafts": "A suggestion or a letter does not come out of its answers as it was shown or signed.",
}
"""What it means when a verdict fails."""

_WIDEST = 100
"""Columns of the page, at most."""

_INDENT = " " * 21


def page(path: Path, found: Verification) -> Iterator[str]:
    """The lines of the page."""
    if found.since:
        read = counted(found.events - found.since, "entry")
        yield f"{one_line(str(path))}: {found.events:,} entries; looked at now: the newest {read}"
    else:
        yield f"{one_line(str(path))}: {counted(found.events, 'entry')}, {counted(found.sessions, 'session')}"
    for name, verdict in found.verdicts.items():
        head = f"  {MARKS[verdict.ok]:<5}  {name:<10}  "
        yield from _wrapped(one_line(verdict.says), head, _INDENT)
        if verdict.ok is False and name in MEANS:
            yield from _wrapped(MEANS[name], _INDENT, _INDENT)
    if found.first_break is not None:
        at = found.first_break
        where = f"session {one_line(at.session)}, entry {at.seq}" if at.session else "the log is empty"
        yield from _wrapped(f"First break: {where}: {one_line(at.what).rstrip('.')}.", "", "  ")
    yield from _wrapped(_outcome(found), "", "  ")
    yield from _list("To look at:", found.notes)
    yield from _list("This does not prove:", found.not_proven)


def _outcome(found: Verification) -> str:
    if found.ok:
        return "The log verifies."
    failed = {name for name, verdict in found.verdicts.items() if verdict.ok is False}
    if failed == {"coverage"}:
        return (
            "The log does NOT verify against the checkpoint that is held. If that is the right one, keep this file "
            "as it is, and go back to a backup that verifies."
        )
    return "The log does NOT verify. Keep this file as it is, and go back to a backup that does."


def _list(title: str, sentences: Iterable[str]) -> Iterator[str]:
    lines = [line for one in sentences for line in _wrapped(one_line(one), "  - ", "    ")]
    if lines:
        yield title
        yield from lines


def _wrapped(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        text,
        max(min(width(), _WIDEST), 40),
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
