"""Closed years in an archive: a Parquet file that holds whole reviews with their words and rules, and verifies like the log.

In the log their number and hash stay, so that its tree, and every checkpoint of it, is what it was. An archive has
the same of all that stayed in the log. So both are made a log's file again by the same means: the archive alone, or
with the log that it came from, to be verified and to be asked for every report.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.core.access_events import StretchArchived, TextRedacted
from assistant.core.problem import Refused, in_words, reason, refuse
from assistant.core.text import counted, one_line
from assistant.core.value import Value, replace
from assistant.files import (
    cache_folder,
    make_file,
    make_folder,
    sync_folder,
    taken,
    true_path,
    turn_at,
)
from assistant.log import access
from assistant.log.checkpoint import CENTRAL, origin_of, present_log
from assistant.log.database import (
    ARCHIVED,
    STUB,
    TRIGGERS,
    bring_up_to_date,
    connect_writer,
    unlike,
)
from assistant.log.entry import pinned_in
from assistant.log.holds import holding, holds_of, refuse_held
from assistant.log.projection import forget
from assistant.log.redaction import (
    Redacted,
    commitment_of,
    in_its_place,
    is_signed,
    made_anew,
    must_be_of,
    said_elsewhere,
    without_trace,
)
from assistant.log.store import Log, open_reader, stated_as_redacted
from assistant.log.tree import keep_tree
from assistant.log.verify import verify
from assistant.log.verify_checks import Restored, archived_entries, digest_of_archived
from assistant.log.verify_entries import Verdict, Verification, commitments_in
from assistant.log.verify_steps import Silent, followed

SUFFIX = ".parquet"
"""How an archive's name ends."""

_FORM, _NAME = b"imr-archive", b"imr-log"
_VERSION = b"1"
_AT_ONCE = 10_000
_ROWS = "SELECT id, session, seq, kind, ts, entry, leaf FROM event WHERE id > 0 AND id <= ? ORDER BY id"
_CLOSED = """SELECT o.session, o.entry FROM event AS o
JOIN event AS c ON c.session = o.session AND c.kind IN ('session.signed', 'session.declined') AND c.id > 0
WHERE o.seq = 1 AND o.id > 0 AND o.kind = 'session.opened'
GROUP BY o.session HAVING (SELECT max(ts) FROM event WHERE session = o.session) < ? ORDER BY o.id"""
_ALONG = """SELECT DISTINCT session FROM event WHERE id > 0
AND kind IN ('access.key_registered', 'access.key_revoked', 'access.redacted')"""
_SAID = "SELECT entry FROM event WHERE kind = 'access.archived' AND id > 0 ORDER BY id DESC"
_LEFT = f"UPDATE event SET {', '.join(f'{name} = {value}' for name, value in STUB.items())} WHERE id = ? AND leaf = ?"
_BACK = f"""UPDATE event SET session = ?, seq = ?, kind = ?, ts = ?, entry = ?
WHERE id = ? AND leaf = ? AND session = '{ARCHIVED}'"""


class Archived(Value):
    """What became of it: the file, its SHA-256, the entries and reviews in it, and the reviews that stay, with why."""

    path: Path
    digest: str
    entries: int
    reviews: int
    keep_until: str
    kept: tuple[tuple[str, str], ...]
    again: bool = False


def archive(path: Path, year: int, target: Path, keep_until: str = "") -> Archived:
    """Moves the reviews of the log at `path` that ended by the end of a `year` into the new archive `target`.

    What is under a legal hold stays. The archive is verified before the log says that it was made, and the log says so
    before anything leaves it; whoever is cut off in between runs the same again.
    """
    _arrow()
    true = present_log(path)
    if year >= datetime.now(UTC).year:
        raise refuse("This year is not over.", str(year), "Name one that is.")
    if target.suffix != SUFFIX:
        raise refuse("An archive is a Parquet file.", one_line(str(target)), f"Let its name end in {SUFFIX}.")
    if target.exists():
        if (said := _unfinished(true, target)) is None:
            raise taken(target)
        _take_out(true, target)
        return Archived(
            target, said["digest"], said["entries"], said["reviews"], said.get("keep_until", ""), (), True
        )
    with Log.open(true) as log:
        log.checkpoint()
    with closing(open_reader(true)) as connection:
        connection.execute("BEGIN")
        going, kept, until = _going(connection, year, true)
        until = max(until, keep_until)
        try:
            size, entries = _write(connection, target, going)
            stays = digest_of_archived(
                sorted([*archived_entries(connection), *_moved(target)], key=lambda one: one[0])
            )
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    found = verify_archives([target])
    if not found.ok:
        target.unlink(missing_ok=True)
        wrong = next(one.says for one in found.verdicts.values() if one.ok is False)
        raise refuse(
            f"The archive would not verify, and was not kept: {wrong}.", str(true), "Run `imr log verify`."
        )
    digest = _digest(target)
    event = StretchArchived(target.name, digest, year, size, entries, len(going), stays, until)
    if said_so := access.note(true, event):
        target.unlink(missing_ok=True)
        raise refuse(f"Nothing was archived. {said_so}", str(true))
    _take_out(true, target)
    return Archived(target, digest, entries, len(going), until, tuple(kept))


def _going(
    connection: sqlite3.Connection, year: int, path: Path
) -> tuple[dict[str, str], list[tuple[str, str]], str]:
    """The sessions that go, those that stay with why, and until when what goes has to be kept."""
    holds = holds_of(connection)
    going: dict[str, str] = {}
    kept: list[tuple[str, str]] = []
    until = ""
    for session, entry in connection.execute(_CLOSED, (f"{year + 1:04d}",)).fetchall():
        case = str(json.loads(entry)["case"])
        legal = holding([one for one in holds if not one.keep_until], session, case)
        if legal is not None:
            kept.append((str(session), legal.in_words))
            continue
        going[str(session)] = case
        days = [one.keep_until for one in holds if one.covers(session, case)]
        until = max([until, *days])
    if not going:
        held = f" ({counted(len(kept), 'review')} under a legal hold)" if kept else ""
        raise refuse(
            f"No closed review of {year} or before is in the log{held}; there is nothing to archive.",
            str(path),
        )
    return going, kept, until


# The file: a row for each entry of the log in its order; of those that stay in the log number and hash alone.


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise refuse(
            "An archive needs a library that is not installed.",
            "",
            "Install it with: pip install 'imr-assistant[parquet]'",
        ) from None
    return pyarrow


def _schema(arrow: Any, log: str) -> Any:
    text = arrow.struct([("commitment", arrow.string()), ("salt", arrow.binary()), ("body", arrow.string())])
    file = arrow.struct([("hash", arrow.string()), ("media", arrow.string()), ("body", arrow.binary())])
    note = arrow.struct([("size", arrow.int64()), ("note", arrow.string())])
    fields = [
        ("id", arrow.int64()), ("session", arrow.string()), ("seq", arrow.int64()), ("kind", arrow.string()),
        ("ts", arrow.string()), ("entry", arrow.binary()), ("leaf", arrow.binary()), ("moved", arrow.bool_()),
        ("texts", arrow.list_(text)), ("files", arrow.list_(file)), ("checkpoints", arrow.list_(note)),
    ]  # fmt: skip
    return arrow.schema(fields, metadata={_FORM: _VERSION, _NAME: log.encode()})


def _write(connection: sqlite3.Connection, target: Path, going: dict[str, str]) -> tuple[int, int]:
    """Writes the archive; gives how many entries the log has, and how many of them go."""
    arrow = _arrow()
    along = {str(session) for (session,) in connection.execute(_ALONG)}
    (size,) = connection.execute("SELECT coalesce(max(size), 0) FROM checkpoint").fetchone()
    (name,) = connection.execute("SELECT value FROM meta WHERE key = 'log'").fetchone()
    notes = [
        {"size": at, "note": note}
        for at, note in connection.execute("SELECT size, note FROM checkpoint ORDER BY size")
    ]
    rows = connection.execute(_ROWS, (size,))
    written, entries = set[str](), 0
    if not make_file(target):
        raise taken(target)
    schema = _schema(arrow, str(name))
    with arrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        while batch := rows.fetchmany(_AT_ONCE):
            made = []
            for id, session, seq, kind, ts, entry, leaf in batch:
                moved = session in going
                if not (moved or session in along):
                    made.append({"id": id, "leaf": leaf, "moved": False})
                    continue
                entries += moved
                files = [one for one in pinned_in([entry]) if one not in written]
                written.update(files)
                made.append(
                    {
                        "id": id, "session": session, "seq": seq, "kind": kind, "ts": ts, "entry": entry, "leaf": leaf,
                        "moved": moved,
                        "texts": _of(connection, "blob", ("commitment", "salt", "body"), commitments_in(entry)),
                        "files": _of(connection, "artifact", ("hash", "media", "body"), files),
                    }
                )  # fmt: skip
            if batch[0][0] == 1:
                made[0]["checkpoints"] = notes
            writer.write_table(arrow.Table.from_pylist(made, schema=schema))
    with target.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(target.absolute().parent)
    return int(size), entries


def _of(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], names: Iterable[str]
) -> list[dict[str, Any]]:
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {columns[0]} = ?"
    found = [connection.execute(sql, (name,)).fetchone() for name in names]
    return [dict(zip(columns, row, strict=True)) for row in found if row is not None]


def _rows(file: Path, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of an archive; `Refused` for what is none."""
    for batch in _opened(file)[0].iter_batches(batch_size=_AT_ONCE, columns=columns):
        yield from batch.to_pylist()


def _opened(file: Path) -> tuple[Any, str]:
    """An archive, and the name of the log that it came from; `Refused` for what is none."""
    arrow = _arrow()
    try:
        opened = arrow.parquet.ParquetFile(file)
        said = opened.schema_arrow.metadata or {}
    except (OSError, arrow.ArrowException) as error:
        raise _no_archive(file, str(error)) from None
    if said.get(_FORM) != _VERSION:
        newer = (
            "it was made by another version of the program"
            if _FORM in said
            else "it was not made by `imr log archive`"
        )
        raise _no_archive(file, newer)
    return opened, said.get(_NAME, b"").decode("utf-8", "replace")


def _no_archive(file: Path, why: str) -> Refused:
    line = one_line(why.splitlines()[0] if why else "", 120).rstrip(".")
    return refuse(
        f"This is no archive of a log, or it is damaged: {line}.", one_line(str(file)), "Name another."
    )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _moved(file: Path) -> Iterator[tuple[int, bytes]]:
    return ((one["id"], one["leaf"]) for one in _rows(file, ("id", "leaf", "moved")) if one["moved"])


# What leaves the log: the entries, but for number and hash, and the words and files on which no other entry rests.


def _unfinished(path: Path, target: Path) -> dict[str, Any] | None:
    """What the log says of the archive where that was the last thing it says, and it is still to leave the log."""
    with closing(open_reader(path)) as connection:
        row = connection.execute(_SAID).fetchone()
        said: dict[str, Any] = json.loads(row[0])["body"] if row else {}
        if said.get("digest") != _digest(target):
            return None
        return said if digest_of_archived(archived_entries(connection)) != said["stays"] else None


def _take_out(path: Path, target: Path) -> None:
    moved = list(_moved(target))

    def stretch(connection: sqlite3.Connection) -> None:
        words = {
            one
            for id, _ in moved
            for (entry,) in connection.execute("SELECT entry FROM event WHERE id = ?", (id,))
            for one in commitments_in(entry)
        }
        with _opened_fences(connection):
            connection.executemany(_LEFT, moved)
            connection.executemany("DELETE FROM blob WHERE commitment = ?", ((one,) for one in words))
            entries = connection.execute("SELECT entry FROM event WHERE id > 0")
            needed = {one for (entry,) in entries for one in pinned_in([entry])}
            held = {str(one) for (one,) in connection.execute("SELECT hash FROM artifact")}
            connection.executemany("DELETE FROM artifact WHERE hash = ?", ((one,) for one in held - needed))

    without_trace(path, stretch)
    forget(path)


class _opened_fences:
    """The triggers that keep entries, words and files as they are, out of the way until what is inside is done."""

    _NAMES = (
        "event_update",
        "blob_delete",
        "artifact_delete",
        "event_insert",
        "blob_insert",
        "artifact_insert",
    )

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        for name in self._NAMES:
            self._connection.execute(f"DROP TRIGGER {name}")

    def __exit__(self, *_: object) -> None:
        for name in self._NAMES:
            self._connection.execute(TRIGGERS[name])


# A text that must go from an archive: the log says so, and a new archive without it takes the place of the old one.


def redact_in(
    path: Path, file: Path, session: str, seq: int, field: str, why: str, backups: Sequence[Path] = ()
) -> Redacted:
    """Takes one text of an entry out of an archive of the log at `path`, and out of named copies of it and of the log.

    The log says that the words go, and then of which file the archive is from now on: the new one holds that too, and
    verifies. Whoever is cut off in between runs the same again. Raises `Refused` before anything is changed where there
    is no such text, or a backup is neither one of this log nor a copy of an archive of it.
    """
    true = present_log(path)
    why = reason(in_words(why, "The reason"), "The reason")
    with made_whole(true, [file]) as made, Log.open(made, write=False) as log:
        name = log.resolve(session)
        going = _moved_sessions(file)
        if name not in going:
            fix = "Without --archive it is taken out of the log."
            raise refuse("This session is not in this archive.", one_line(str(file)), fix)
        with closing(open_reader(made)) as connection:
            read = log.read(name)
            refuse_held(holds_of(connection), name, read[0].case)
            commitment = commitment_of(connection, name, seq, field)
            stated = commitment in stated_as_redacted(connection)
            alike = said_elsewhere(connection, commitment)
    known = {one["digest"]: one for one in _said(true)}
    said = known[_digest(file)]
    copies = [one for one in backups if _digest(one) in known and _moved_sessions(one) == going]
    with closing(open_reader(true)) as connection:
        origin = origin_of(connection)
    for one in backups:
        if one not in copies:
            must_be_of(one, origin)
    if not stated and (wrong := access.note(true, TextRedacted(name, seq, field, commitment, why))):
        raise refuse(f"Nothing was redacted. {wrong}", str(true))
    with Log.open(true) as log:
        log.checkpoint()
    fresh = file.with_name(f"{file.stem}.new{SUFFIX}")
    fresh.unlink(missing_ok=True)
    with made_whole(true, [file]) as made, closing(connect_writer(made)) as connection:
        with _opened_fences(connection):
            connection.execute("DELETE FROM blob WHERE commitment = ?", (commitment,))
        size, entries = _write(connection, fresh, going)
    found = verify_archives([fresh])
    if not found.ok:
        fresh.unlink()
        raise refuse(
            "The new archive would not verify; the old one was left.", str(file), "Run `imr log verify`."
        )
    with closing(open_reader(true)) as connection:
        stays = digest_of_archived(archived_entries(connection))
    until = str(said.get("keep_until", ""))
    event = StretchArchived(file.name, _digest(fresh), said["year"], size, entries, len(going), stays, until)
    if wrong := access.note(true, event):
        fresh.unlink()
        raise refuse(f"The archive was left as it was. {wrong}", str(true), "Run the same again.")
    in_its_place(fresh, file)
    for one in (cache_folder() / "archives").glob("*.sqlite*"):
        one.unlink()
    for one in backups:
        if one in copies:
            beside = one.with_name(f"{one.name}.new")
            shutil.copyfile(file, beside)
            in_its_place(beside, one)
        else:
            made_anew(true, one)
    return Redacted(name, is_signed(read), stated, alike, tuple(backups))


def _moved_sessions(file: Path) -> dict[str, str]:
    """The sessions that an archive holds alone."""
    return {str(row["session"]): "" for row in _rows(file, ("session", "moved")) if row["moved"]}


def _said(path: Path) -> list[dict[str, Any]]:
    """What the log says of its archives."""
    with closing(open_reader(path)) as connection:
        return [json.loads(entry)["body"] for (entry,) in connection.execute(_SAID)]


# A log's file made again: from an archive alone, or from the log with archives of it.


@contextmanager
def made_whole(log: Path, files: Sequence[Path]) -> Iterator[Path]:
    """The log's file with what went into these archives of it, as long as it is needed."""
    with TemporaryDirectory(prefix="imr-archive-") as folder:
        made = Path(folder) / "log.sqlite"
        _restore(files, log, made)
        yield made


def verify_archives(files: Sequence[Path], log: Path | None = None, **asked: Any) -> Verification:
    """What `verify` says of an archive, or of the log at `log` with what went into these archives of it."""
    with TemporaryDirectory(prefix="imr-archive-") as folder:
        made = Path(folder) / "log.sqlite"
        restored = _restore(files, log, made)
        found = followed(made, verify(made, restored=restored, **asked), Silent())
        copy = _place_of_copy(files, log)
        wrong = unlike(copy, made, found.events) if copy.exists() else ""
        if not wrong:
            return found
        return replace(found, ok=False, verdicts={**found.verdicts, "archived": Verdict(False, wrong)})


def _restore(files: Sequence[Path], log: Path | None, made: Path) -> Restored:
    """Makes the log's file at the new path `made`; says of what it was made."""
    if log is None and len(files) != 1:
        raise refuse(
            "One archive is read at a time.", "", "Name the log with --log, and the archives with --archive."
        )
    make_file(made)
    with closing(sqlite3.connect(made, isolation_level=None)) as copy:
        copy.execute("PRAGMA synchronous = OFF")
        if log is None:
            copy.execute("PRAGMA journal_mode = OFF")
            _alone(copy, files[0])
            return Restored((files[0].name,), _digest(files[0]), True)
        with closing(open_reader(present_log(log))) as origin:
            origin.backup(copy)
        stays = digest_of_archived(archived_entries(copy))
        for file in files:
            _put_back(copy, file)
        return Restored(tuple(one.name for one in files), stays, False)


def _alone(copy: sqlite3.Connection, file: Path) -> None:
    bring_up_to_date(copy)
    _, name = _opened(file)
    copy.execute("BEGIN")
    last = 0
    with _opened_fences(copy):
        copy.execute("DROP TRIGGER meta_update")
        copy.execute("UPDATE meta SET value = ? WHERE key = 'log'", (name,))
        copy.execute(TRIGGERS["meta_update"])
        for row in _rows(file):
            try:
                last = _insert(copy, row)
            except (sqlite3.Error, TypeError, KeyError, ValueError, OverflowError) as error:
                raise _no_archive(file, f"entry {row.get('id')} of it: {error}") from None
    (size,) = copy.execute("SELECT max(size) FROM checkpoint").fetchone()
    if size != last:
        raise _no_archive(file, "the checkpoint over its entries is missing")
    try:
        keep_tree(copy, 1, last)
    except sqlite3.Error as error:
        raise _no_archive(file, str(error)) from None
    copy.execute("COMMIT")


def _insert(copy: sqlite3.Connection, row: dict[str, Any]) -> int:
    id = int(row["id"])
    if row["entry"] is None:
        columns = (ARCHIVED, -id, ARCHIVED, "", b"")
    else:
        columns = (row["session"], row["seq"], row["kind"], row["ts"], row["entry"])
    copy.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", (id, *columns, row["leaf"]))
    _insert_beside(copy, row)
    notes = ((one["size"], one["note"]) for one in row["checkpoints"] or ())
    copy.executemany("INSERT INTO checkpoint VALUES (?, ?)", notes)
    return id


def _insert_beside(copy: sqlite3.Connection, row: dict[str, Any]) -> None:
    words = ((one["commitment"], one["salt"], one["body"]) for one in row["texts"] or ())
    copy.executemany("INSERT OR IGNORE INTO blob VALUES (?, ?, ?)", words)
    files = ((one["hash"], one["media"], one["body"]) for one in row["files"] or ())
    copy.executemany("INSERT OR IGNORE INTO artifact VALUES (?, ?, ?)", files)


def _put_back(copy: sqlite3.Connection, file: Path) -> None:
    """Puts what went into an archive back in its place; `Refused` for one that is not of this log."""
    _, name = _opened(file)
    (mine,) = copy.execute("SELECT value FROM meta WHERE key = 'log'").fetchone()
    if name != mine:
        raise refuse("This is an archive of another log.", one_line(str(file)), "Name one of this log.")
    said = [json.loads(entry)["body"]["digest"] for (entry,) in copy.execute(_SAID)]
    if _digest(file) not in said:
        raise refuse(
            "This archive is not one that the log speaks of: it was changed, or is of another copy of the log.",
            one_line(str(file)),
            "Name the file whose SHA-256 is in the log (`imr log report readings`).",
        )
    copy.execute("BEGIN")
    with _opened_fences(copy):
        for row in _rows(file):
            if not row["moved"]:
                continue
            values = (
                row["session"],
                row["seq"],
                row["kind"],
                row["ts"],
                row["entry"],
                row["id"],
                row["leaf"],
            )
            try:
                done = copy.execute(_BACK, values).rowcount
                _insert_beside(copy, row)
            except (sqlite3.Error, TypeError, KeyError, OverflowError) as error:
                raise _no_archive(file, f"entry {row.get('id')} of it: {error}") from None
            if done != 1:
                raise refuse(
                    f"Entry {row['id']} of this archive is not one that left this log.",
                    one_line(str(file)),
                    "The archive or the log was changed; `imr log verify` says which.",
                )
    copy.execute("COMMIT")


def _place_of_copy(files: Sequence[Path], log: Path | None) -> Path:
    named = [_digest(true_path(one)) for one in files if _opened(one)]
    if log is not None:
        with closing(open_reader(present_log(log))) as connection:
            named.append(
                connection.execute("SELECT hex(leaf) FROM event ORDER BY id DESC LIMIT 1").fetchone()[0]
            )
            named.append(digest_of_archived(archived_entries(connection)))
    name = hashlib.sha256(" ".join(named).encode()).hexdigest()[:24]
    return cache_folder() / "archives" / f"{name}.sqlite"


def reading_copy(files: Sequence[Path], log: Path | None) -> Path:
    """A copy that answers every question: of an archive, or of the log at `log` with its archives; in the cache."""
    path = _place_of_copy(files, log)
    make_folder(path.parent)
    with turn_at(path):
        if not path.exists():
            draft = path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            _restore(files, log, draft)
            with closing(sqlite3.connect(draft)) as copy, copy:
                copy.execute(
                    "INSERT INTO meta VALUES (?, ?)",
                    (CENTRAL, f"archive {', '.join(one_line(one.name) for one in files)}"),
                )
            os.replace(draft, path)
    return path
