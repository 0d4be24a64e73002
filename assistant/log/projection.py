"""A second file with the tables that reports are asked of, made from the log and brought up to date on each use.

It can be removed at any time; nothing rests on it, least of all `verify`. It lies beside the log as
`<log>.reports`, or in the cache folder where the log's own can't be written to, and is made anew when it
belongs to another log, to another version of the program, or to a log that has since been replaced, and
wherever it isn't as this profile left it.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, assert_never

from sqlite_utils import Database

from assistant import __version__
from assistant.clock import today
from assistant.core import access_events as a
from assistant.core import work_events as w
from assistant.core.event_words import describe, filters_in_words, key_in_words, rollback_in_words
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, digest
from assistant.files import cache_folder, make_file, make_folder, sync_folder, turn_at
from assistant.log.checkpoint import present_log
from assistant.log.database import ARCHIVED
from assistant.log.entry import Entry, check_places, read
from assistant.log.errors import DAMAGE, broken
from assistant.log.fold import Moment, PinnedRules, moments
from assistant.log.keys import config_folder
from assistant.log.projection_rows import Editions, by_day, review_rows, with_receipts, without_quotes
from assistant.log.report import reports
from assistant.log.report_tables import INDEXES, RULE_TABLES, TABLES, Rows
from assistant.log.sessions import OTHER_KINDS
from assistant.log.store import open_reader, read_artifact, revealer
from assistant.machine import database_uri, is_mine, may, open_private, settle

# Sessions of a log, read one after the other and made into rows; of a large log by several processes at once.


ALONE = 100_000
"""Entries up to which one process is done sooner than several have begun."""

CHUNK = 200
"""Sessions whose rows are handed over together."""

_READ = "SELECT id, seq, entry, leaf FROM event WHERE session = ? AND seq >= 1 AND id > 0 AND id <= ? ORDER BY seq"

Made = tuple[Rows, int]
"""Rows by table, and the number of entries that they were made from."""


class Projector:
    """Makes the rows of sessions from what stood in the log at its entry `last`."""

    def __init__(self, source: sqlite3.Connection, log: Path, last: int) -> None:
        self._source, self._log, self._last = source, log, last
        self._reveal = revealer(source)
        self._rules = PinnedRules(self)
        self._editions = Editions()

    def artifact(self, digest: str, /) -> bytes:
        """The text that a session pins."""
        return read_artifact(self._source, self._log, digest)

    def rows(self, sessions: Sequence[str]) -> Made:
        """The rows of some sessions; of one that holds an entry that can't be read, nothing but that it does."""
        rows: Rows = {}
        count = 0
        for session in sessions:
            found = self._source.execute(_READ, [session, self._last]).fetchall()
            count += len(found)
            try:
                entries = list(read(found, session, self._reveal, without_quotes))
                check_places(entries)
                if not entries:
                    raise refuse("None of its entries is where the file's index has them.")
                read_of = self._of_session(entries)
            except Refused as refusal:
                reason = refusal.problems[0].what
                read_of = {"left_out": [{"session": session, "entries": len(found), "reason": reason}]}
            for table, made in read_of.items():
                rows.setdefault(table, []).extend(made)
        for table, made in self._editions.take_rows().items():
            rows.setdefault(table, []).extend(made)
        return rows, count

    def _of_session(self, entries: Sequence[Entry]) -> Rows:
        family = entries[0].kind.split(".", 1)[0]
        passed = moments(self, entries, self._rules)
        if family not in OTHER_KINDS:
            return review_rows(passed, self._editions)
        made = {"access": sitting_rows, "work": desk_rows}.get(family)
        rows = made(passed) if made is not None else {}
        first, last = entries[0], entries[-1]
        session = dict.fromkeys(TABLES["session"].columns)
        session |= {
            "session": first.session,
            "kind": OTHER_KINDS[family],
            "case_id": first.case,
            "reviewer": first.actor,
            "opened": first.ts,
            "last": last.ts,
            "entries": last.seq,
            "items": 0,
            "tool": str(first.body.get("tool") or ""),
        }
        return {**rows, "session": [session]}


def project(source: sqlite3.Connection, log: Path, sessions: Sequence[str], last: int) -> Iterator[Made]:
    """The rows of all `sessions`, chunk by chunk and in their order."""
    processes = os.cpu_count() or 1
    if last <= ALONE or processes == 1 or len(sessions) <= CHUNK:
        projector = Projector(source, log, last)
        yield from (projector.rows(chunk) for chunk in _chunks(sessions))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (log, last)) as pool:
        ahead: deque[Future[Made]] = deque()
        for chunk in _chunks(sessions):
            ahead.append(pool.submit(_work, chunk))
            if len(ahead) > 2 * processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _chunks(sessions: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(sessions), CHUNK):
        yield sessions[begin : begin + CHUNK]


_mine: list[Projector] = []


def _begin(log: Path, last: int) -> None:
    source = open_reader(log)
    source.execute("BEGIN")
    _mine.append(Projector(source, log, last))


def _work(sessions: Sequence[str]) -> Made:
    return _mine[0].rows(sessions)


Progress = Callable[[int, int], None]
"""Told now and then how many of how many entries have been read."""

MADE_BY = 9
"""Raised by one whenever the same events would give other rows than before."""

_UNHELD = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def up_to_date(
    log: Path,
    *,
    anew: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], object] | None = None,
) -> Path:
    """The file of report tables of the log at `log`, holding all that the log holds now; `anew` makes it again.

    So does a file that something else has written to, which `tell` is told. Raises `Refused` for a log that isn't there
    or can't be read.
    """
    true = present_log(log)
    try:
        with closing(open_reader(true)) as source:
            source.execute("BEGIN")
            projection = _Projection(source, true, progress or (lambda _done, _all: None))
            place = projection.bring_up(anew)
            if projection.touched and tell is not None:
                tell(_TOUCHED)
            return place
    except DAMAGE as error:
        raise broken(true, error) from None


def version() -> str:
    """What the file was made by: a change of the program, the tables or a report makes it another."""
    shape = [TABLES, RULE_TABLES, INDEXES, [(one.name, one.view) for one in reports().values()]]
    return f"{__version__}/{MADE_BY}/{digest(repr(shape))[:16]}"


_BESIDE = ("-wal", "-shm", "-journal")


def forget(log: Path) -> None:
    """Removes the report tables that were made of a log, wherever they lie; they are made anew when they are next asked for."""
    for place in _places(log):
        if place.exists():
            with turn_at(place):
                for beside in ("", *_BESIDE):
                    Path(f"{place}{beside}").unlink(missing_ok=True)
                _left(place).unlink(missing_ok=True)


_TOUCHED = (
    "The tables of the reports were not as this program left them: something else has written to their file, or the"
    " program was cut off. They were made anew from the log."
)


def _stamp(place: Path) -> str:
    """What changes whenever somebody writes to a file: its times can be set back, but not the time at which they were."""
    if Path(f"{place}-journal").exists():  # SQLite would take other pages out of it
        return ""
    held = place.stat()
    return f"{held.st_ino} {held.st_size} {held.st_mtime_ns} {held.st_ctime_ns}"


def _left(place: Path) -> Path:
    """Where the profile keeps in which state the program left the tables at `place`, out of reach of who has only these."""
    return config_folder() / "reports" / digest(str(place))[:16]


def _leave(place: Path) -> None:
    with suppress(OSError, Refused):  # where that can't be kept, they are made anew each time
        make_folder(_left(place).parent)
        how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(open_private(_left(place), how), "w", encoding="ascii") as file:
            file.write(_stamp(place))


def _places(log: Path) -> Iterator[Path]:
    """Where the file may lie, best first; the last is a folder of this run only."""
    yield Path(f"{log}.reports")
    name = digest(str(log))[:16]
    yield cache_folder() / f"{name}.reports"
    folder = tempfile.mkdtemp(prefix="imr-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yield Path(folder) / f"{name}.reports"


class _Projection:
    """A log, read in one transaction, and the file of its report tables."""

    def __init__(self, source: sqlite3.Connection, log: Path, progress: Progress) -> None:
        self._source, self._log, self._progress = source, log, progress
        self.touched = False
        row = source.execute("SELECT id, lower(hex(leaf)) FROM event ORDER BY id DESC LIMIT 1").fetchone()
        self._last: int = row[0] if row else 0
        self._leaf: str = row[1] if row else ""
        named = source.execute("SELECT value FROM meta WHERE key = 'log'").fetchone()
        (away,) = source.execute(f"SELECT count(*) FROM event WHERE session = '{ARCHIVED}'").fetchone()
        self._today = today()
        self._name = f"{named[0] if named else ''}{f' without {away}' if away else ''}"

    def bring_up(self, anew: bool) -> Path:
        """The first place that can hold the file, with the file up to date."""
        refused: Exception | None = None
        for place in _places(self._log):
            if place.exists() and not is_mine(place):
                continue
            if not anew and self._known(place) == (self._last, self._today):
                return place
            with ExitStack() as stack:
                try:
                    make_folder(place.parent)
                    stack.enter_context(turn_at(place))
                except (Refused, OSError) as error:
                    refused = error
                    continue
                try:
                    known = None if anew else self._known(place)
                    if known != (self._last, self._today):
                        self._write(place, known)
                        _leave(place)
                    return place
                except OSError as error:
                    refused = error
                except sqlite3.OperationalError as error:
                    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _UNHELD:
                        raise
                    refused = error
        raise refused or AssertionError("a run's own folder is always there")

    def _write(self, place: Path, known: tuple[int, str] | None) -> None:
        if known is None or self._last - known[0] > max(known[0], 1_000) // 2:
            self._make(place)
        else:
            self._add(place, *known)

    def _known(self, place: Path) -> tuple[int, str] | None:
        """The last entry and the day of the file at `place`; None where it isn't of this log and version, or as it was left."""
        self.touched = False
        if not place.exists() or not may(place, os.R_OK):
            return None
        try:
            self.touched = _left(place).read_text("ascii") != _stamp(place)
        except (OSError, UnicodeDecodeError):  # whoever made it, it was not this profile
            return None
        if self.touched:
            return None
        try:
            with closing(sqlite3.connect(database_uri(place, "mode=ro"), uri=True)) as connection:
                held = dict(connection.execute("SELECT key, value FROM projection"))
        except sqlite3.Error:
            return None
        if held.get("version") != version() or held.get("log") != self._name:
            return None
        last = int(held["last"])
        row = self._source.execute("SELECT lower(hex(leaf)) FROM event WHERE id = ?", [last]).fetchone()
        leaf = row[0] if row else "" if last == self._last else None
        return (last, held["today"]) if held["leaf"] == leaf else None

    def _make(self, place: Path) -> None:
        """The whole file, made beside its place and put there in one step."""
        draft = Path(f"{place}.new")
        for left in (draft, Path(f"{draft}-journal")):
            left.unlink(missing_ok=True)
        make_file(draft)
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -65536")
            db = Database(connection, execute_plugins=False)
            with db.atomic():
                for name, made in TABLES.items():
                    db.table(name).create(dict(made.columns), strict=True)
                for name, made in RULE_TABLES.items():
                    db.table(name).create(dict(made.columns), pk=made.key, strict=True)
                db.table("projection").create({"key": str, "value": str}, pk="key", strict=True)
                every = self._source.execute("SELECT session FROM event WHERE seq = 1 AND id > 0 ORDER BY id")
                self._project(db, [session for (session,) in every])
                for name, made in TABLES.items():
                    db.execute(f"CREATE UNIQUE INDEX {name}_key ON {name} ({', '.join(made.key)})")
                    for number, parts in enumerate(INDEXES.get(name, ()), 1):
                        db.execute(f"CREATE INDEX {name}_{number} ON {name} {parts}")
                _reckon_by_desks(db, self._today)
                for one in reports().values():
                    db.create_view(one.view_name, one.view)
                self._sign(db)
            connection.execute("ANALYZE")
            connection.commit()
        settle(draft)
        for beside in _BESIDE:  # SQLite would put what stands there into the new file
            Path(f"{place}{beside}").unlink(missing_ok=True)
        os.replace(draft, place)
        sync_folder(place.parent)

    def _add(self, place: Path, known: int, day: str) -> None:
        """The sessions that have gone on since entry `known`, each projected again; and what changes with the day."""
        changed = "SELECT session, min(seq) = 1 FROM event WHERE id > ? AND session != ? GROUP BY session ORDER BY min(id)"
        found = self._source.execute(changed, [known, ARCHIVED]).fetchall()
        with closing(sqlite3.connect(place)) as connection:
            db = Database(connection, execute_plugins=False)
            with db.atomic():
                for session in (session for session, new in found if not new):
                    for name, made in TABLES.items():
                        db.execute(f"DELETE FROM {name} WHERE {made.key[0]} = ?", [session])
                if day != self._today:
                    running = db.query(
                        "SELECT * FROM deadline WHERE state IN ('open', 'late') AND signed IS NULL"
                    )
                    told = [by_day(row, self._today) for row in running]
                    how = "UPDATE deadline SET state = :state, days = :days WHERE session = :session"
                    db.conn.executemany(how, told)
                self._project(db, [session for session, _ in found])
                _reckon_by_desks(db, self._today)
                self._sign(db)

    def _sign(self, db: Database) -> None:
        held = {"version": version(), "log": self._name, "last": str(self._last), "leaf": self._leaf}
        held["today"] = self._today
        rows = [{"key": key, "value": value} for key, value in held.items()]
        db.table("projection").insert_all(rows, pk="key", replace=True)

    def _project(self, db: Database, sessions: list[str]) -> None:
        done = 0
        for rows, count in project(self._source, self._log, sessions, self._last):
            for table, made in rows.items():
                _insert(
                    db, table, [by_day(row, self._today) for row in made] if table == "deadline" else made
                )
            done += count
            self._progress(min(done, self._last), self._last)
        self._progress(self._last, self._last)


def _reckon_by_desks(db: Database, day: str) -> None:
    """Deadlines of the cases of which a desk says when something came."""
    for case in [case for (case,) in db.execute("SELECT DISTINCT case_id FROM receipt").fetchall()]:
        receipts = list(db.query("SELECT * FROM receipt WHERE case_id = ? ORDER BY ts, desk, seq", [case]))
        for row in list(db.query("SELECT * FROM deadline WHERE case_id = ?", [case])):
            table = db.table("deadline")
            table.upsert(by_day(with_receipts(row, receipts), day), pk="session")


def _insert(db: Database, table: str, rows: list[dict[str, Any]]) -> None:
    """Many rows at a time, in half the time that sqlite-utils takes for them."""
    columns = {**TABLES, **RULE_TABLES}[table].columns
    how = "INSERT OR IGNORE" if table in RULE_TABLES else "INSERT"
    marks = ", ".join("?" for _ in columns)
    values = (tuple(map(row.get, columns)) for row in rows)  # what was refused at a check has no question
    db.conn.executemany(f"{how} INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)


# The rows that a sitting at the log gives: who read, listed, queried, drew, noted or accepted what.


def sitting_rows(moments: Iterable[Moment]) -> Rows:
    """The rows of a sitting; one for each session that was read, or one for what concerns none in particular."""
    rows: Rows = {"reading": [], "audit_note": [], "finding_step": [], "file_review": []}
    for moment in moments:
        entry, event = moment.entry, moment.event
        if not isinstance(event, a.AccessStep) or isinstance(event, a.AccessOpened):
            continue
        shared = {"sitting": entry.session, "seq": entry.seq, "ts": entry.ts, "reader": entry.actor}
        if isinstance(event, a.AuditNoteAdded):
            finding = f"{entry.session}.{entry.seq}" if event.severity else None
            said = {
                "text": event.text,
                "finding": finding,
                "severity": event.severity or None,
                "owner": event.owner or None,
            }
            rows["audit_note"].append({**shared, "session": event.session, **said})
        elif isinstance(event, a.FindingAnswered):
            rows["finding_step"].append(
                {**shared, "finding": event.finding, "what": "answered", "text": event.text}
            )
        elif isinstance(event, a.FindingClosed):
            rows["finding_step"].append(
                {**shared, "finding": event.finding, "what": "closed", "text": event.reason}
            )
        elif isinstance(event, a.FileReviewed):
            of = {
                "draw": event.draw,
                "session": event.session,
                "result": event.result,
                "text": event.text or None,
            }
            rows["file_review"].append({**shared, **of})
        what, detail, sessions = _reading(event)
        rows["reading"] += [
            {**shared, "n": n, "what": what, "session": session, "detail": detail or None}
            for n, session in enumerate(sessions or (None,), 1)
        ]
    return rows


def desk_rows(moments: Iterable[Moment]) -> Rows:
    """The rows of a desk: one for each step but its first, and the days on which something came."""
    moments = list(moments)
    return {
        "desk_step": [
            {
                "desk": moment.entry.session,
                "seq": moment.entry.seq,
                "ts": moment.entry.ts,
                "actor": moment.entry.actor,
                "case_id": moment.entry.case,
                "what": moment.event.kind.partition(".")[2].replace("_", " "),
                "day": getattr(moment.event, "day", None) or None,
                "session": getattr(moment.event, "session", None),
                "detail": "; ".join(line.text for line in describe(moment.event, None)),
            }
            for moment in moments
            if isinstance(moment.event, w.WorkStep) and not isinstance(moment.event, w.DeskOpened)
        ],
        "receipt": [
            {
                "desk": one.entry.session,
                "seq": one.entry.seq,
                "ts": one.entry.ts,
                "case_id": one.entry.case,
                "request": one.event.request,
                "records": one.event.records,
                "priority": one.event.priority,
            }
            for one in moments
            if isinstance(one.event, w.ReceiptStated)
        ],
    }


def _reading(event: a.AccessStep) -> tuple[str, str, tuple[str, ...]]:
    """What a reader did, more of it, and the sessions that it was about."""
    match event:
        case a.AccessOpened():
            return "", "", ()
        case a.AccessRead(command, sessions):
            return command, "", sessions
        case a.AccessListed(command, filters):
            return command, filters_in_words(filters), ()
        case a.AccessReported(report, filters):
            return f"report {report}", filters_in_words(filters), ()
        case a.AccessQueried(sql):
            return "sql", sql, ()
        case a.AccessExported(what, form, sessions):
            return f"export {what}", form, sessions
        case a.SampleDrawn():
            drawn = f"{len(event.sessions)} of {event.population}, seed {event.seed}"
            return "sample", drawn + filters_in_words(event.filters, "; "), event.sessions
        case a.AuditNoteAdded(session):
            return "finding" if event.severity else "note", "", (session,)
        case a.FindingAnswered(finding):
            return "answer to a finding", finding, ()
        case a.FindingClosed(finding):
            return "finding closed", finding, ()
        case a.FileReviewed(draw, session):
            return "file reviewed", f"{event.result}, draw {draw}", (session,)
        case a.TextRedacted(session, seq):
            return "redaction", f"{event.field} of entry {seq}: {event.reason}", (session,)
        case a.SessionsHeld() | a.HoldReleased() | a.StretchArchived():
            sessions = event.sessions if isinstance(event, a.SessionsHeld) else ()
            return (
                event.kind.partition(".")[2],
                "; ".join(one.text for one in describe(event, None)),
                sessions,
            )
        case a.RollbackAccepted():
            return "rollback accepted", rollback_in_words(event), ()
        case a.KeyRegistered() | a.KeyRevoked():
            return "key", key_in_words(event), ()
        case a.CheckpointTimed(form, size):
            return "time from elsewhere", f"{form}, {counted(size, 'entry')}", ()
        case _:
            assert_never(event)
