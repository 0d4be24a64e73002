"""What the log says when it can't do what was asked, and what to do then."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from assistant.core.problem import Refused, refuse

DAMAGE = (sqlite3.Error, UnicodeError)
"""What reading a damaged file raises; the second where SQLite's own message holds the damaged bytes."""


def broken(path: Path, error: Exception) -> Refused:
    """The refusal for an error of SQLite, in words that say what to do."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_NOTADB:
        return foreign(path)
    what, fix = {
        sqlite3.SQLITE_FULL: (
            "The disk is full; this step was not logged.",
            "Free some space, then open the log again; the session goes on after its last logged step.",
        ),
        sqlite3.SQLITE_IOERR: (
            "The disk reported an error; this step was not logged.",
            "Check the disk and its free space, then open the log again.",
        ),
        sqlite3.SQLITE_READONLY: (
            "The decision log can't be written to.",
            "Check the permissions of the file and its folder, or name another log with --log.",
        ),
        sqlite3.SQLITE_CANTOPEN: (
            "The decision log can't be opened.",
            "Check the permissions of the file and its folder, or name another log with --log.",
        ),
        sqlite3.SQLITE_BUSY: (
            "Another program keeps the decision log to itself; nothing was logged.",
            "Close the other program or wait for it, then try again.",
        ),
        sqlite3.SQLITE_CORRUPT: (
            "The decision log is damaged.",
            "Run `imr log verify`, and go back to a backup.",
        ),
    }.get(
        primary,
        (
            f"The decision log gave an error: {words(error)}.",
            "Run `imr log verify`; if it fails, go back to a backup.",
        ),
    )
    return refuse(what, str(path), fix)


_UNREADABLE = {
    sqlite3.SQLITE_FULL: "Free some space, then verify again.",
    sqlite3.SQLITE_IOERR: "Check the disk and its free space, then verify again.",
    sqlite3.SQLITE_CANTOPEN: "Check the permissions of the file and its folder, then verify again.",
    sqlite3.SQLITE_PERM: "Check the permissions of the file and its folder, then verify again.",
    sqlite3.SQLITE_READONLY: "Check the permissions of the file and its folder, then verify again.",
    sqlite3.SQLITE_BUSY: "Close the other program that uses the log, then verify again.",
    sqlite3.SQLITE_LOCKED: "Close the other program that uses the log, then verify again.",
    sqlite3.SQLITE_NOMEM: "Close other programs, then verify again.",
}


def unless_damage(path: Path, error: Exception) -> None:
    """Raises `Refused` where the error comes of the disk or its rights, and says nothing about the log."""
    code = getattr(error, "sqlite_errorcode", 0)
    fix = _UNREADABLE.get(code & 0xFF)
    if fix is not None and code != sqlite3.SQLITE_IOERR_SHORT_READ:
        raise refuse(
            f"The decision log could not be checked: {words(error)}. Nothing is said about whether it holds.",
            str(path),
            fix,
        ) from None


def foreign(path: Path) -> Refused:
    """The refusal for a file of something else."""
    key = "IMR_LOG_KEY" in os.environ
    hint = (
        "one that is not encrypted is read without IMR_LOG_KEY"
        if key
        else "one that is encrypted is read with IMR_LOG_KEY"
    )
    return refuse(
        "This file is not a decision log.",
        str(path),
        f"Name the log with --log; this file was left as it is. (And {hint}.)",
    )


def words(error: Exception) -> str:
    """What an error says, without the bytes of a message that can't be read."""
    return "a name or text in it is not readable" if isinstance(error, UnicodeError) else str(error)


def moved_on(session: str, now: int, after: int) -> Refused:
    """The refusal when a session has `now` entries, and the caller has seen `after`."""
    if now > after:
        return refuse(
            f"Another window has gone on with this session: it has {now} entries, "
            f"and this window has seen {after}. Nothing was logged.",
            f"session {session}",
            "Go on in the other window, or resume the session here to see its entries.",
        )
    return refuse(
        f"The log holds only {now} entries of this session, and this window has seen {after}. "
        "Nothing was logged.",
        f"session {session}",
        "Run `imr log verify`; the file may have been replaced by an older copy.",
    )


def replaced(path: Path) -> Refused:
    """The refusal for a file that is no longer the one that was opened."""
    return refuse(
        "The decision log was moved or replaced while it was open; this step was not logged.",
        str(path),
        "Put it back, then open it again.",
    )


_left_out: dict[str, str] = {}


def leave_out(session: str, refusal: Refused) -> None:
    """Notes that readers pass over a session, because of what is refused; the command says so at its end."""
    _left_out.setdefault(session, refusal.problems[0].what)


def take_left_out() -> dict[str, str]:
    """The sessions that were passed over since this was last asked, with the reason."""
    taken = dict(_left_out)
    _left_out.clear()
    return taken


def is_busy(error: BaseException) -> bool:
    """Whether another program held the file for too long, so that nothing was tried."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
