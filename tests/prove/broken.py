"""What the owner of a log's computer may do to change what one signed determination says, each with what an auditor is told.

The owner has the file, the profile with the log's key and its checkpoint, and the program; the auditor holds an earlier
checkpoint and the verifier key. Each way is a function that spoils a closed log, and the verdict that has to fail for it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core.access_events import AccessListed, AccessOpened, CheckpointTimed, TextRedacted
from assistant.core.event_form import encode
from assistant.core.events import AddendumAdded, DeterminationRecorded, Event
from assistant.core.training_events import Bookmarked, FeedbackShown, RunEnded
from assistant.core.value import replace
from assistant.log import Draft, Log
from assistant.log.access import note
from assistant.log.chain import canonical, commitment, leaf
from assistant.log.checkpoint import Held, mark_copy
from assistant.log.database import STUB
from assistant.log.keys import Checkpoint, Signer, VerifierKey, signer
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from tests.log.forgery import Entry, rewrite, stored, unfenced
from tests.prove import flipped

NOTED = "told, and holds"
"""Where the log verifies, and what was done is among what is to be looked at, or came after what the auditor holds."""


@dataclass(frozen=True)
class Owned:
    """A log that its owner is about to spoil: its file, the folder of the profile, an older copy, what the auditor holds."""

    path: Path
    profile: Path
    older: Path
    held: Held
    key: VerifierKey

    def signer(self) -> Signer:
        return signer(self.held.head.origin)

    def decision(self) -> tuple[int, Entry]:
        """The id and the content of the entry with the decision."""
        return next(
            (id, one)
            for id, one in enumerate(stored(self.path), 1)
            if one["kind"] == "determination.recorded"
        )


def turned(entry: Entry) -> Entry:
    """The same decision the other way round."""
    return {**entry, "body": {**entry["body"], "decision": "overturned", "departs": True}}


def edited(entries: list[Entry]) -> list[Entry]:
    return [turned(one) if one["kind"] == "determination.recorded" else one for one in entries]


def run(owned: Owned, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
    with unfenced(owned.path) as file:
        for one in statements:
            sql, values = (one, ()) if isinstance(one, str) else one
            file.execute(sql, values)


def put(owned: Owned, data: bytes, id: int) -> None:
    run(owned, ("UPDATE event SET entry = ?, leaf = ? WHERE id = ?", (data, leaf(data), id)))


def bytes_of(change: Callable[[bytes], bytes]) -> Callable[[Owned], None]:
    """The entry with the decision gets other bytes, and their hash."""

    def way(owned: Owned) -> None:
        id, entry = owned.decision()
        put(owned, change(canonical(entry)), id)

    return way


def added(id: str, **more: Any) -> Callable[[Owned], None]:
    """Another decision, rightly linked at the end of its session, at a number of the log."""

    def way(owned: Owned) -> None:
        _, entry = owned.decision()
        of = [one for one in stored(owned.path) if one["session"] == entry["session"]]
        forged = {**turned(entry), "seq": len(of) + 1, "prev": leaf(canonical(of[-1])).hex(), **more}
        data = canonical(forged)
        row = (forged["session"], forged["seq"], forged["kind"], forged["ts"], data, leaf(data))
        run(owned, (f"INSERT INTO event SELECT {id}, ?, ?, ?, ?, ?, ?", row))

    return way


def anew(sign: bool, keep: bool = False, held: bool = False) -> Callable[[Owned], None]:
    """The log written anew with the decision turned: signed by its own key, or with the old checkpoints, or none."""

    def way(owned: Owned) -> None:
        rewrite(owned.path, edited, owned.signer() if sign else None, keep_checkpoints=keep)
        if held:
            with closing(sqlite3.connect(owned.path)) as file:
                (note,) = file.execute("SELECT note FROM checkpoint").fetchone()
            for one in (owned.profile / "checkpoints").glob("*.txt"):
                one.write_text(note)

    return way


def sql(*statements: str) -> Callable[[Owned], None]:
    return lambda owned: run(owned, *statements)


def schema(*statements: str) -> Callable[[Owned], None]:
    """Statements that may write SQLite's own schema, with the triggers left in place."""

    def way(owned: Owned) -> None:
        with closing(sqlite3.connect(owned.path, isolation_level=None)) as file:
            file.execute("PRAGMA writable_schema = ON")
            for one in statements:
                file.execute(one)

    return way


def foreign_key(owned: Owned) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    rewrite(
        owned.path,
        edited,
        Signer(VerifierKey(owned.key.name, private.public_key().public_bytes_raw()), private),
    )


def words_anew(owned: Owned) -> None:
    """The reason in other words under a commitment of their own, all linked and signed anew."""
    salt, text = b"s" * 32, "Other words."
    _, entry = owned.decision()
    old = entry["body"]["reason"]["$text"]
    new = commitment(salt, text)
    rewrite(owned.path, lambda all_of: json.loads(json.dumps(all_of).replace(old, new)), owned.signer())
    run(owned, ("INSERT INTO blob VALUES (?, ?, ?)", (new, salt, text)))


def cut_and_marked(owned: Owned) -> None:
    """The end cut, and what is left marked as a copy by the log's own key."""
    put_older(owned)
    with unfenced(owned.path) as file:
        mark_copy(file, owned.signer(), "2026-01-01")


def put_older(owned: Owned) -> None:
    shutil.copyfile(owned.older, owned.path)


def unknown_place(owned: Owned) -> None:
    put_older(owned)
    for one in (owned.profile / "checkpoints").iterdir():
        one.unlink()


def linked(owned: Owned) -> None:
    put_older(owned)
    elsewhere = owned.path.parent / "elsewhere"
    elsewhere.mkdir()
    owned.path.rename(elsewhere / "log.sqlite")
    owned.path.symlink_to(elsewhere / "log.sqlite")


def another_log(owned: Owned) -> None:
    """Another log under the name of this one, signed by its key."""
    owned.path.unlink()
    with Log.open(owned.path, older=True):
        pass
    run(owned, ("UPDATE meta SET value = ?", (owned.key.name.partition("/")[2],)))
    rewrite(
        owned.path, lambda _: edited(json.loads(owned.older.with_suffix(".json").read_text())), owned.signer()
    )


def signed_middle(owned: Owned) -> None:
    """A checkpoint over other entries in the middle, by the log's own key."""
    note = owned.signer().sign(Checkpoint(owned.key.name, 20, b"x" * 32))
    run(owned, ("INSERT OR REPLACE INTO checkpoint VALUES (20, ?)", (note,)))


def rebuilt_table(owned: Owned) -> None:
    with closing(sqlite3.connect(owned.path, isolation_level=None)) as file:
        file.execute("CREATE TABLE again AS SELECT * FROM event")
        file.execute("DROP TABLE event")
        file.execute("ALTER TABLE again RENAME TO event")


def bytes_behind(owned: Owned) -> None:
    with owned.path.open("ab") as file:
        file.write(b"another letter")


def frame_changed(owned: Owned) -> None:
    """A pinned text from which the letter is made, with the hash under which it is kept."""
    run(
        owned,
        "UPDATE artifact SET body = CAST(replace(CAST(body AS TEXT), 'medical', 'other') AS BLOB) WHERE media = 'text/letter'",
    )


def newer_session(owned: Owned) -> None:
    def more(entries: list[Entry]) -> list[Entry]:
        forged = [
            {**one, "session": "f0f0f0f0f0f0"}
            for one in edited(entries)
            if one["session"] == entries[0]["session"]
        ]
        return [
            *entries,
            *[json.loads(json.dumps(one)) for one in forged if '"$text"' not in json.dumps(one)],
        ]

    rewrite(owned.path, more, owned.signer())


def appended(*steps: Event, to: str = "", actor: str = "") -> Callable[[Owned], None]:
    """Steps after what the auditor holds, by the log's own key and the program's own hand, on the session or another."""

    def way(owned: Owned) -> None:
        _, entry = owned.decision()
        name = to or entry["session"]
        with Log.open(owned.path) as log:
            held = log.read(name)
            drafts = [Draft(step.kind, encode(step)) for step in steps]
            log.append(
                name,
                drafts,
                actor=actor or entry["actor"],
                case=entry["case"],
                after=held[-1].seq if held else 0,
            )

    return way


def redacted_by(field: str) -> Callable[[Owned], None]:
    """The reason of the decision taken out, and an entry that says so of a text of this name."""

    def way(owned: Owned) -> None:
        _, entry = owned.decision()
        commitment = entry["body"]["reason"]["$text"]
        said = TextRedacted(entry["session"], entry["seq"], field, commitment, "An order of the court.")
        appended(AccessOpened("1"), said, to="cleaning")(owned)
        run(owned, ("DELETE FROM blob WHERE commitment = ?", (commitment,)))

    return way


def played_again(owned: Owned) -> None:
    """Another review of the case, gone through as the program has it, with the other decision."""
    reference = answers_file.read_answers_file(library.folder("casebank") / flipped.CASE / "reference.yaml")
    _, entry = owned.decision()
    with Log.open(owned.path) as log:
        review = Review.open(log, library.find_case(flipped.CASE), Profile(entry["actor"]), "practice")
        answers_file.run_answers(
            review,
            replace(
                reference,
                determinations={"1": {"decision": "overturned", "reason": "The films were needed."}},
            ),
        )
        review.close()


def called(name: Callable[[str], str]) -> Callable[[Owned], None]:
    """The same under a name that the owner has chosen by that of the review that was signed."""

    def way(owned: Owned) -> None:
        chosen = name(owned.decision()[1]["session"])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("assistant.review.review.secrets.token_hex", lambda _bytes: chosen)
            played_again(owned)

    return way


def journal_beside(owned: Owned) -> None:
    """The log as it was, and beside it a journal from which SQLite puts forged pages in the place of its own at the next writing."""
    shutil.copyfile(owned.path, owned.path.with_name("forged"))
    forged = replace(owned, path=owned.path.with_name("forged"))
    anew(True)(forged)
    for one in (owned, forged):
        with closing(sqlite3.connect(one.path, isolation_level=None)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    pages, size = forged.path.read_bytes(), 4096
    count, nonce = len(pages) // size, 1
    head = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", count, nonce, count, 512, size)
    records = [
        struct.pack(">I", number + 1) + page + struct.pack(">I", nonce + sum(page[size - 200 : 0 : -200]))
        for number, page in ((at, pages[at * size : (at + 1) * size]) for at in range(count))
    ]
    owned.path.with_name(f"{owned.path.name}-journal").write_bytes(head.ljust(512, b"\0") + b"".join(records))
    forged.path.unlink()


def time_of_another_log(owned: Owned) -> None:
    """What an authority is said to have answered about a checkpoint of another log."""
    another = Checkpoint("imr-log/" + "0" * 32, owned.held.head.size, b"x" * 32)
    note = owned.held.note.replace(owned.key.name, another.origin)
    appended(AccessOpened("1"), CheckpointTimed("rfc3161", another.size, note, "AAAA"), to="timing")(owned)


def put_behind(owned: Owned) -> None:
    """A step that could not follow, and behind it more than are looked at where nothing is held."""
    appended(AddendumAdded(""))(owned)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assistant.log.access._sittings", {})
        for _ in range(5):
            assert note(owned.path, AccessListed("log sessions", {})) == ""


def in_two_bytes(owned: Owned) -> None:
    """The same rows in a file whose texts are UTF-16."""
    made = owned.path.with_name("made.sqlite")
    with closing(sqlite3.connect(owned.path)) as file, closing(sqlite3.connect(made)) as other:
        other.execute("PRAGMA encoding = 'UTF-16le'")
        objects = file.execute(
            "SELECT sql, type, name FROM sqlite_master WHERE sql > '' ORDER BY type = 'trigger', type = 'index'"
        ).fetchall()
        for text, kind, name in objects:
            other.execute(text)
            for row in file.execute(f"SELECT * FROM {name}") if kind == "table" else ():
                other.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
        for name in ("application_id", "user_version"):
            other.execute(f"PRAGMA {name} = {file.execute(f'PRAGMA {name}').fetchone()[0]}")
        other.commit()
    made.replace(owned.path)


def away(of: str) -> Callable[[Owned], None]:
    """What stays of an archived entry, in the place of entries that no archive has."""

    def way(owned: Owned) -> None:
        id, entry = owned.decision()
        where, value = ("id", id) if of == "entry" else ("session", entry["session"])
        put = ", ".join(f"{column} = {said}" for column, said in STUB.items())
        run(owned, (f"UPDATE event SET {put} WHERE {where} = ?", (value,)))

    return way


def words_with(change: str) -> Callable[[Owned], None]:
    """The row with the reason changed by SQL."""
    return lambda owned: run(
        owned,
        (f"UPDATE blob SET {change} WHERE commitment = ?", (owned.decision()[1]["body"]["reason"]["$text"],)),
    )


_BODY = b',"reason"'
WAYS: dict[str, tuple[Callable[[Owned], None], str]] = {
    # the entry with the decision
    "its bytes, not its hash": (
        lambda o: run(
            o,
            (
                "UPDATE event SET entry = ? WHERE id = ?",
                (canonical(turned(o.decision()[1])), o.decision()[0]),
            ),
        ),
        "chain",
    ),
    "its bytes and its hash": (bytes_of(lambda data: data.replace(b"upheld", b"overturned")), "chain"),
    "all of its session linked anew, the checkpoints left": (anew(False, keep=True), "tree"),
    "all linked anew, the checkpoints taken out": (anew(False), "tree"),
    "all linked anew, signed with the log's own key": (anew(True), "tree"),
    "the same, the profile's checkpoint replaced as well": (anew(True, held=True), "tree"),
    "all linked anew, signed by another key in the log's name": (foreign_key, "tree"),
    "the entry taken out": (lambda o: run(o, f"DELETE FROM event WHERE id = {o.decision()[0]}"), "chain"),
    "the entry taken out, all after it numbered anew": (
        lambda o: rewrite(
            o.path,
            lambda all_of: [one for one in all_of if one["kind"] != "determination.recorded"],
            o.signer(),
        ),
        "coverage",
    ),
    "the entry moved into another session by its column": (
        lambda o: run(o, f"UPDATE event SET session = 'another' WHERE id = {o.decision()[0]}"),
        "chain",
    ),
    "its kind, in the column alone": (
        lambda o: run(o, f"UPDATE event SET kind = 'prompt.shown' WHERE id = {o.decision()[0]}"),
        "chain",
    ),
    "its number in the session, in the column alone": (
        lambda o: run(o, f"UPDATE event SET seq = seq + 1000 WHERE id = {o.decision()[0]}"),
        "chain",
    ),
    "its time, in the column alone": (
        lambda o: run(o, f"UPDATE event SET ts = '2020-01-01T00:00:00.000Z' WHERE id = {o.decision()[0]}"),
        "chain",
    ),
    # a second decision beside it
    "another decision at number 0": (added("0"), "chain"),
    "another decision at number -1": (added("-1"), "chain"),
    "another decision at the lowest number there is": (added("-9223372036854775807 - 1"), "chain"),
    "another decision at the highest number there is": (added("9223372036854775807"), "chain"),
    "another decision after the signature": (added("(SELECT max(id) + 1 FROM event)"), "chain"),
    "another decision with a number below 1 in its session": (
        added("(SELECT max(id) + 1 FROM event)", seq=-1),
        "chain",
    ),
    "another decision dated before the first entry": (added("0", ts="2001-01-01T00:00:00.000Z"), "chain"),
    "a whole session, forged, at numbers below 1": (
        sql("INSERT INTO event SELECT -id, 'f' || session, seq, kind, ts, entry, leaf FROM event"),
        "chain",
    ),
    "a whole session, forged, after what the auditor holds, with the log's own key": (newer_session, "steps"),
    # what its bytes may be
    "a key twice": (
        bytes_of(lambda data: data.replace(_BODY, b',"decision":"overturned","reason"')),
        "chain",
    ),
    "a blank": (bytes_of(lambda data: data.replace(b":", b": ", 1)), "chain"),
    "a letter written as an escape": (
        bytes_of(lambda data: data.replace(b'"upheld"', b'"\\u0075pheld"', 1)),
        "chain",
    ),
    "a mark of byte order before it": (bytes_of(lambda data: b"\xef\xbb\xbf" + data), "chain"),
    "a line end behind it": (bytes_of(lambda data: data + b"\n"), "chain"),
    "a NUL behind it": (bytes_of(lambda data: data + b"\x00"), "chain"),
    "a number of 5,000 digits": (
        bytes_of(lambda data: data.replace(_BODY, b',"n":' + b"9" * 5000 + _BODY)),
        "chain",
    ),
    "a number with an exponent": (bytes_of(lambda data: data.replace(_BODY, b',"n":1e999' + _BODY)), "chain"),
    "900 nested lists": (
        bytes_of(lambda data: data.replace(_BODY, b',"n":' + b"[" * 900 + b"]" * 900 + _BODY)),
        "chain",
    ),
    "bytes that are no UTF-8": (bytes_of(lambda data: data.replace(_BODY, b',"n":"\xff"' + _BODY)), "chain"),
    "half a character": (bytes_of(lambda data: data.replace(_BODY, b',"n":"\\ud800"' + _BODY)), "chain"),
    "more than an entry may hold": (
        bytes_of(lambda data: data.replace(_BODY, b',"n":"' + b"x" * 70_000 + b'"' + _BODY)),
        "chain",
    ),
    # the words and files beside it
    "the reviewer's words, in place": (
        lambda o: run(
            o,
            (
                "UPDATE blob SET body = 'Other words.' WHERE commitment = ?",
                (o.decision()[1]["body"]["reason"]["$text"],),
            ),
        ),
        "chain",
    ),
    "the reviewer's words, taken out": (
        lambda o: run(
            o, ("DELETE FROM blob WHERE commitment = ?", (o.decision()[1]["body"]["reason"]["$text"],))
        ),
        "chain",
    ),
    "the reviewer's words, as if erased": (
        lambda o: run(
            o,
            (
                "UPDATE blob SET body = NULL, salt = NULL WHERE commitment = ?",
                (o.decision()[1]["body"]["reason"]["$text"],),
            ),
        ),
        "chain",
    ),
    "the reviewer's words under a new commitment, all signed anew": (words_anew, "tree"),
    "the reviewer's words, with more behind a NUL": (words_with("body = body || char(0) || 'not'"), "chain"),
    "the reviewer's words under their commitment in capitals": (
        words_with("commitment = upper(commitment)"),
        "chain",
    ),
    "the entry replaced by what stays of an archived one": (away("entry"), "archived"),
    "its whole session replaced so": (away("session"), "archived"),
    "words that no entry speaks of": (
        lambda o: run(
            o,
            (
                "INSERT INTO blob VALUES (?, ?, 'Other words.')",
                (commitment(b"s" * 32, "Other words."), b"s" * 32),
            ),
        ),
        "rows",
    ),
    "the fixed words of the letter": (frame_changed, "artifacts"),
    "the label of a stored file": (sql("UPDATE artifact SET media = 'text/case'"), "artifacts"),
    "a stored file taken out": (sql("DELETE FROM artifact WHERE media = 'text/prompts'"), "artifacts"),
    # steps more, after what the auditor holds
    "an addendum that says nothing": (appended(AddendumAdded("")), "steps"),
    "the same, and many readings behind it": (put_behind, "steps"),
    "an addendum to an item that there isn't": (
        appended(AddendumAdded("It was meant otherwise.", to="9")),
        "steps",
    ),
    "an addendum to a sentence that was never said": (
        appended(AddendumAdded("It was meant otherwise.", to="1", quoted="The request is approved.")),
        "steps",
    ),
    "an addendum by somebody else": (
        appended(AddendumAdded("It was meant otherwise."), actor="r-two"),
        "steps",
    ),
    "a decision in a review of its own": (
        appended(DeterminationRecorded("1", "overturned", None, True, "So it is."), to="f1f1f1f1f1f1"),
        "steps",
    ),
    "the reason taken out as if redacted, of another text": (redacted_by("note"), "steps"),
    "the reason taken out, as a redaction does": (redacted_by("reason"), NOTED),
    "an addendum, as the reviewer may add": (appended(AddendumAdded("It was meant otherwise.")), NOTED),
    "another review played through the program, with the other decision": (played_again, NOTED),
    "the same, under a name with which that of the signed one begins": (
        called(lambda name: name[:6]),
        "steps",
    ),
    "the same, under a name that begins with that of the signed one": (
        called(lambda name: f"{name}ff"),
        "steps",
    ),
    "a trainer's mark in the review": (appended(Bookmarked("", 3, "0" * 64)), "chain"),
    "a run of training begun and ended in the review": (
        appended(RunEnded("", "signed"), FeedbackShown("", 1, 1, 0, 0)),
        "chain",
    ),
    "a time that an authority gave for another log": (time_of_another_log, "times"),
    # the checkpoints, the hashes and the log's name
    "all checkpoints taken out of the log": (sql("DELETE FROM checkpoint"), "signatures"),
    "a checkpoint over other entries, by the log's own key": (signed_middle, "tree"),
    "a checkpoint over no entries": (
        sql("INSERT INTO checkpoint SELECT 0, note FROM checkpoint LIMIT 1"),
        "signatures",
    ),
    "a hash over no block": (sql("INSERT INTO subtree VALUES (9, 0, zeroblob(32))"), "rows"),
    "the log called otherwise": (
        sql("UPDATE meta SET value = '00112233445566778899aabbccddeeff'"),
        "coverage",
    ),
    "a setting more": (sql("INSERT INTO meta VALUES ('reports', 'other')"), "rows"),
    # the file
    "an older copy in its place": (put_older, "coverage"),
    "an older copy, the profile's checkpoint and place taken away": (unknown_place, "coverage"),
    "an older copy, reached through a link": (linked, "coverage"),
    "an older copy, marked as a copy by the log's own key": (cut_and_marked, "coverage"),
    "the file taken away": (lambda o: o.path.unlink(), "coverage"),
    "the file emptied": (lambda o: o.path.write_bytes(b""), "coverage"),
    "another log under its name, by its own key": (another_log, "coverage"),
    "the same rows in a file of UTF-16": (in_two_bytes, "chain"),
    "bytes behind its last page": (bytes_behind, "database"),
    "a journal that puts other pages in the place of its own": (journal_beside, "database"),
    "an index that answers for another": (
        schema(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'event_opened') WHERE name = 'event_closed'"
        ),
        "database",
    ),
    "the log's format set back": (schema("PRAGMA user_version = 1"), "triggers"),
    "a view in front of the entries": (schema("CREATE VIEW more AS SELECT * FROM event"), "triggers"),
    "a trigger that turns each decision": (
        schema("CREATE TRIGGER more AFTER INSERT ON event BEGIN SELECT 1; END"),
        "triggers",
    ),
    "an index over fewer entries": (
        schema(
            "DROP INDEX event_closed",
            "CREATE INDEX event_closed ON event (session, kind) WHERE kind = 'session.signed'",
        ),
        "triggers",
    ),
    "statistics for SQLite's planner": (schema("ANALYZE"), "triggers"),
    "the table of entries rebuilt": (rebuilt_table, "triggers"),
}
