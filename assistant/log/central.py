"""The central log: a PostgreSQL server that many desks feed, each with its own log, which stays what it is.

The server holds each desk's entries, texts, files and checkpoints as they stand in the desk's file, and a list of its
own, the statements: each push with the signed head of the desk's log, and each text that was emptied. A tree over
that list (RFC 6962) is signed by everybody who pushes or verifies, and held by them, so that no desk and no push can be
dropped unnoticed. What the server looks at itself stands in `central_schema/`.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line, shortened
from assistant.core.value import Value
from assistant.log.chain import tree_root
from assistant.log.checkpoint import Held, held, keep_checkpoint, let_go, missing_entries
from assistant.log.entry import texts_in
from assistant.log.holds import KINDS, holds_in, refuse_held
from assistant.log.keys import Checkpoint, read_checkpoint, read_note, remember, signer

if TYPE_CHECKING:
    import psycopg

SCHEMES = ("postgresql://", "postgres://")
FORMAT = 2
"""The format of the server's tables that this version makes; it reads all from 1."""

ORIGIN = "imr-central/"
"""What the origin of a checkpoint of the statements begins with; the random name of the central log follows."""

ROLES = ("imr_desk", "imr_reader", "imr_redactor")
"""A desk adds its own rows and reads them, a reader reads all, a redactor empties texts."""

AT_ONCE = 20_000
"""Rows that are fetched together."""

_ENTRY = """SELECT e.desk, e.entry FROM imr.desk d JOIN imr.entry e ON e.desk = d.desk
WHERE e.session = %s AND e.seq = %s"""
_SECONDS = 10
_SAID = re.compile(r"imr: (.*)")


def is_central(name: str) -> bool:
    """Whether `name` is the address of a central log, and no path."""
    return name.startswith(SCHEMES)


class Desk(Value):
    """A desk as the server has it: the name of its log, who pushes it, what it is called, its key, and its entries."""

    name: str
    login: str
    called: str
    key: str
    size: int


def known_as(called: str, login: str) -> str:
    """How a desk is known to the server, as each push says in the desk's own log."""
    return f"{one_line(called)} by {one_line(login)}"


class Statement(Value):
    """One line of the list that the central log keeps of itself."""

    number: int
    kind: str
    desk: str
    body: bytes
    leaf: bytes

    @property
    def says(self) -> dict[str, Any]:
        """What it says; raises `ValueError` for bytes that say nothing."""
        found = json.loads(self.body)
        if not isinstance(found, dict):
            raise ValueError("it is no object")
        return found


class Central:
    """An open connection to a central log; a context manager."""

    def __init__(self, connection: psycopg.Connection[Any], place: str) -> None:
        self._connection = connection
        self.place = place
        self.format = 0
        self.name = ""
        if self.rows(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = 'imr' AND table_name = 'meta'"
        ):
            meta = dict(self.rows("SELECT key, value FROM imr.meta"))
            try:
                self.format, self.name = int(meta.get("format", 0)), str(meta.get("name", ""))
            except ValueError:
                raise refuse(
                    "The central log does not say which format it has.", place, "Ask who keeps the server."
                ) from None

    @classmethod
    def open(cls, url: str, *, made: bool = True) -> Central:
        """The central log at `url`; raises `Refused` where none can be reached, or, if `made`, none is set up."""
        psycopg = _library()
        address, _, _ = url.partition("#")
        try:
            connection = psycopg.connect(
                address,
                connect_timeout=_SECONDS,
                application_name="imr",
                autocommit=True,
                client_encoding="utf8",
            )
        except psycopg.Error as error:
            raise refuse(
                f"The central log can't be reached: {_words(error)}.",
                shown(url),
                "Check the address, and that the server runs and lets you in. A desk works on without it.",
            ) from None
        about = connection.info
        place = f"postgresql://{about.host}:{about.port}/{about.dbname}"
        try:
            connection.execute(
                "SET search_path = pg_catalog, pg_temp"
            )  # what a server's own settings put before it
            central = cls(connection, one_line(place))
            if made:
                central._must_be_set_up()
        except psycopg.Error as error:
            connection.close()
            raise _refusal(error, place) from None
        except BaseException:
            connection.close()
            raise
        return central

    def _must_be_set_up(self) -> None:
        if not self.format:
            raise refuse(
                "There is no central log in this database, or you may not see it.",
                self.place,
                "Its owner makes one with `imr log central set-up URL`, and names your login a desk or a reader.",
            )
        if self.format > FORMAT:
            raise refuse(
                f"The central log was made by a newer version of the program (format {self.format}; this version "
                f"knows {FORMAT}).",
                self.place,
                "Update the program.",
            )

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows that a statement gives, none for one that gives no rows; what the server refuses is `Refused`."""
        with self._speaking():
            cursor = self._connection.execute(sql.encode(), values or None, binary=True)
            return cursor.fetchall() if cursor.description else []

    def run(self, script: str) -> None:
        """Carries out several statements that take no values."""
        with self._speaking():
            self._connection.execute(script.encode())

    def insert(self, sql: str, columns: Sequence[Sequence[Any]]) -> None:
        """Adds rows that are given column by column, in one statement over `unnest`."""
        with self._speaking():
            self._connection.execute(sql.encode(), list(columns), binary=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is done inside, or nothing."""
        with self._speaking(), self._connection.transaction():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside is how it all stood at one moment, whatever desks push meanwhile."""
        with self.transaction():
            self.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield

    def paged(self, sql: str, values: Sequence[Any], after: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that ends in `> %s ORDER BY 1 LIMIT %s`, from `after` on, a page at a time."""
        while True:
            found = self.rows(sql, [*values, after, AT_ONCE])
            yield from found
            if len(found) < AT_ONCE:
                return
            after = found[-1][0]

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        psycopg = _library()
        try:
            yield
        except psycopg.Error as error:
            raise _refusal(error, self.place) from None

    def desks(self) -> list[Desk]:
        """The desks that this login may see, by what they are called, with the number of their entries here."""
        found = self.rows("SELECT desk, login, called, key FROM imr.desk ORDER BY called, desk")
        return [
            Desk(str(name), str(login), str(called), str(key), self.last(str(name))[0])
            for name, login, called, key in found
        ]

    def last(self, desk: str) -> tuple[int, bytes]:
        """The number and hash of a desk's last entry; 0 where there is none."""
        sql = "SELECT number, leaf FROM imr.entry WHERE desk = %s ORDER BY number DESC LIMIT 1"
        found = self.rows(sql, [desk])
        return (int(found[0][0]), bytes(found[0][1])) if found else (0, b"")

    def statements(self) -> list[Statement]:
        """All statements in their order, for a reader; none in format 1."""
        if self.format < 2:
            return []
        sql = "SELECT number, kind, desk, body, leaf FROM imr.statement WHERE number > %s ORDER BY number LIMIT %s"
        return [
            Statement(int(number), str(kind), str(desk), bytes(body), bytes(leaf))
            for number, kind, desk, body, leaf in self.paged(sql, (), 0)
        ]

    def leaves(self) -> list[bytes]:
        """The hashes of the statements in their order; `Refused` where one is missing."""
        found = self.rows("SELECT number, leaf FROM imr.leaves(0)")
        if [number for number, _ in found] != list(range(1, len(found) + 1)):
            raise refuse(
                "Statements of the central log are missing.", self.place, "Run `imr log verify --log URL`."
            )
        return [bytes(leaf) for _, leaf in found]

    def now(self) -> str:
        """The server's clock, as entries state a time."""
        return str(self.rows("SELECT imr.moment()")[0][0])

    def rights_beyond(self, role: str) -> list[str]:
        """What this login may do that one of the role needs not, in words."""
        sql = """SELECT r.rolsuper, r.rolbypassrls, pg_has_role(session_user, c.relowner, 'MEMBER'),
          has_table_privilege(session_user, c.oid, 'UPDATE') OR has_table_privilege(session_user, c.oid, 'DELETE'),
          has_table_privilege(session_user, c.oid, 'TRUNCATE') OR has_table_privilege(session_user, c.oid, 'TRIGGER')
          FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE r.rolname = session_user AND n.nspname = 'imr' AND c.relname = 'entry'"""
        found = self.rows(sql)
        row = found[0] if found else ()
        said = (
            "it is a superuser's",
            "it passes by the rules on who sees which rows",
            "it owns the tables",
            "it may change or delete entries",
            "it may empty the tables or take away their triggers",
        )
        too_many = [words for words, has in zip(said, row, strict=False) if has]
        if row and not row[0]:
            has = dict(
                self.rows(
                    "SELECT rolname, pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = ANY (%s)",
                    [list(ROLES)],
                )
            )
            too_many += [f"it is also {one}" for one in ROLES if one != role and has.get(one)]
        return too_many

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Central:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


def set_up(url: str) -> tuple[str, int, int]:
    """Makes the tables and roles of a central log, or brings them up to date: its place, and the formats before and after.

    Raises `Refused` for a database whose schema `imr` is another program's.
    """
    with Central.open(url, made=False) as central:
        before = central.format
        if before > FORMAT:
            central._must_be_set_up()
        if not before and central.rows("SELECT 1 FROM pg_tables WHERE schemaname = 'imr' LIMIT 1"):
            raise refuse(
                "The schema `imr` in this database is not a central log.",
                central.place,
                "Name an empty database.",
            )
        with central.transaction():
            for role in ROLES:
                if not central.rows("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]):
                    central.run(f"CREATE ROLE {role} NOLOGIN")
            if not before:
                central.run("CREATE SCHEMA IF NOT EXISTS imr")
            for number in range(before + 1, FORMAT + 1):
                migrate(central, number)
        return central.place, before, FORMAT


def migrate(central: Central, number: int) -> None:
    """Carries out the step to format `number`; in a transaction."""
    central.run((files("assistant.log") / "central_schema" / f"{number}.sql").read_text("utf-8"))
    if number == 1:
        central.rows("INSERT INTO imr.meta VALUES ('format', '1'), ('name', %s)", [secrets.token_hex(16)])
    else:
        central.rows("UPDATE imr.meta SET value = %s WHERE key = 'format'", [str(number)])


# The checkpoints of the statements: each who pushes or verifies signs one, and holds it.


class Lost(Refused):
    """The central log is not a continuation of what is held of it here."""


def origin(central: Central) -> str:
    """By which name the checkpoints of the statements go."""
    return f"{ORIGIN}{central.name}"


def held_of(central: Central) -> Held | None:
    """The newest checkpoint of the statements that is held in this profile."""
    return held(origin(central))


def other_of(central: Central) -> Held | None:
    """The newest checkpoint that is held here of another central log, which was at this address before."""
    return missing_entries(origin(central), Path(central.place))


def refuse_lost(central: Central, leaves: Sequence[bytes], restored: str = "") -> None:
    """Raises `Lost` where the statements don't continue the checkpoint held of them, unless it is `restored` on purpose."""
    if (other := other_of(central)) is not None:
        if restored.strip():
            let_go(other)
            refuse_lost(central, leaves, restored)
            return
        raise Lost(
            Problem(
                f"Another central log was at this address. Its checkpoint is held in {other.path}.",
                central.place,
                "Ask who keeps the server. If it was set up anew on purpose, push with --restored REASON.",
            )
        )
    before = held_of(central)
    if before is None or (
        before.head.size <= len(leaves) and tree_root(leaves[: before.head.size]) == before.head.root
    ):
        return
    if restored.strip():
        let_go(before)
        return
    why = (
        f"it had {before.head.size} statements and has {len(leaves)}"
        if before.head.size > len(leaves)
        else f"its first {before.head.size} statements are not those that it had"
    )
    raise Lost(
        Problem(
            f"The central log lost or changed what it had: {why}. The checkpoint is held in {before.path}.",
            central.place,
            "Ask who keeps the server. If it was restored from a backup on purpose, push with --restored REASON.",
        )
    )


def seal(central: Central, leaves: Sequence[bytes]) -> str:
    """Signs the head of the statements, leaves it with the server and holds it here; gives the note, "" where there are none."""
    if not leaves:
        return ""
    signs = signer(origin(central))
    remember(signs.key)
    note = signs.sign(Checkpoint(signs.key.name, len(leaves), tree_root(leaves)))
    keep(central, note)
    keep_checkpoint(note, Path(central.place))
    return note


def keep(central: Central, note: str) -> None:
    """Leaves a checkpoint of the statements with the server, with the signatures that it bears."""
    central.rows("SELECT imr.keep_checkpoint(%s, %s)", [read_checkpoint(note).size, note])


def keep_witnessed(central: Central, path: Path) -> int:
    """Keeps a checkpoint of the statements that witnesses have signed, from the file at `path`; gives its size.

    Raises `Refused` unless the central log holds a checkpoint with just these words.
    """
    where = one_line(str(path))
    try:
        text = path.read_text("utf-8")
        note = read_note(text)
    except (OSError, ValueError):
        raise refuse(
            "This is not a signed note.", where, "Give the checkpoint with the witness's lines below."
        ) from None
    size = read_checkpoint(text).size
    stored = central.rows("SELECT note FROM imr.checkpoint WHERE size = %s", [size])
    if not any(read_note(one).text == note.text for (one,) in stored):
        raise refuse(
            "This checkpoint is not one of the central log.",
            where,
            "Have one witnessed that `imr log checkpoint` printed.",
        )
    keep(central, text)
    return size


# Emptying a text: what it says is gone, that something was said stays.


def redact(central: Central, session: str, seq: int, field: str, reason: str) -> tuple[int, bool]:
    """Empties one text of an entry; gives the number of the statement, and whether a signature rests on the session.

    Raises `Refused` where there is no such text, and where the desk's log says that the session is to be kept.
    """
    found = central.rows(_ENTRY, [session, seq])
    where = f"session {one_line(session)}, entry {seq}"
    if not found:
        raise refuse(
            "There is no such entry here.",
            where,
            "Name the whole id of the session, and the entry's number in it.",
        )
    desk, data = found[0]
    texts = dict(texts_in(json.loads(data)["body"]))
    if field not in texts:
        known = ", ".join(one_line(one) for one in texts) or "none"
        raise refuse(f"This entry has no text `{one_line(field, 60)}`.", where, f"Known: {known}.")
    if not reason.strip():
        raise refuse("A reason is needed.", where, "Say why with --reason: it is kept for good.")
    held = "SELECT entry FROM imr.entry WHERE desk = %s AND kind = ANY (%s) ORDER BY number"
    refuse_held(
        holds_in(bytes(one) for (one,) in central.rows(held, [desk, list(KINDS)])),
        session,
        str(json.loads(data)["case"]),
    )
    signed = "SELECT 1 FROM imr.entry WHERE desk = %s AND session = %s AND kind = 'session.signed' LIMIT 1"
    rests = bool(central.rows(signed, [desk, session]))
    number = central.rows("SELECT imr.redact(%s, %s, %s)", [desk, texts[field], reason.strip()])[0][0]
    return int(number), rests


def redact_stated(central: Central) -> int:
    """Empties what the desks' own logs say was redacted at the desk, and is still here; gives how many texts."""
    count = 0
    sql = (
        "SELECT desk, session, seq, entry FROM imr.entry WHERE kind = 'access.redacted' ORDER BY desk, number"
    )
    for desk, session, seq, data in central.rows(sql):
        commitment = str(json.loads(data)["body"]["commitment"])
        there = "SELECT 1 FROM imr.words WHERE desk = %s AND commitment = %s AND body IS NOT NULL"
        if central.rows(there, [desk, commitment]):
            why = f"as the desk's log says, session {session}, entry {seq}"
            central.rows("SELECT imr.redact(%s, %s, %s)", [desk, commitment, why])
            count += 1
    return count


# What goes wrong between here and the server, in words that name no password.


def shown(url: str) -> str:
    """The address without user, password and settings, to be printed."""
    scheme, _, rest = url.partition("://")
    place = re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    return one_line(f"{scheme}://{place}")


def _library() -> Any:
    try:
        import psycopg
    except ImportError:
        raise refuse(
            "A central log needs the driver for PostgreSQL, which is not installed.",
            "",
            "Install it with: pip install 'imr-assistant[central]'",
        ) from None
    return psycopg


def _words(error: Exception) -> str:
    """The first line of what the server or its driver says."""
    line = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return shortened(one_line(line).removeprefix("connection failed: "), 200).rstrip(".")


def _refusal(error: Exception, place: str) -> Refused:
    psycopg = _library()
    said = _words(error)
    own = _SAID.search(said)
    if own:
        what = f"The central log refuses this: {own[1]}."
        return refuse(what, place, "Nothing of this part was kept. Run `imr log verify` on both.")
    state = getattr(error, "sqlstate", None) or ""
    if state == "42501":
        return refuse(
            f"The server does not let this login do that: {said}.",
            place,
            "Its administrator names who is a desk, a reader or a redactor: GRANT imr_desk TO login.",
        )
    if isinstance(error, psycopg.OperationalError):
        return refuse(
            f"The connection to the central log was lost: {said}.",
            place,
            "Whatever was acknowledged is kept. Run the same again when the server is back; it goes on from there.",
        )
    return refuse(f"The server refuses this: {said}.", place, "See its own log for more.")
