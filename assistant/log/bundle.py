"""A session that was taken out of the log as one file, read by the same methods as one in the log.

A bundle is a ZIP archive without compression: entries, texts, files, letter, proof and checkpoint. It checks itself
(`python FILE`) by `standalone_verify.py`, of which it holds a copy.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.core.problem import Refused, refuse
from assistant.core.value import Value
from assistant.log.chain import inclusion_proof, leaf
from assistant.log.checkpoint import present_log
from assistant.log.database import LARGEST_ENTRY, TABLES
from assistant.log.entry import pinned_in, system_clock
from assistant.log.errors import DAMAGE, broken
from assistant.log.keys import Checkpoint, VerifierKey, read_checkpoint, signer_of
from assistant.log.store import Log, keep_stated, open_reader, stated_as_redacted
from assistant.log.tree import StoredTree
from assistant.log.verify_entries import commitments_in

FORMAT = "imr-bundle/1"
MOST_MEMBERS = 5_000
MOST_BYTES = 256 * 1024 * 1024
_ARTIFACT = re.compile("artifacts/([0-9a-f]{64})")


def open_source(log_path: Path, name: str) -> tuple[Log, str]:
    """What `name` is read from, and the session's id; close it after use.

    `name` is a session of the log at `log_path` (an id, the beginning of one, `last`), or the path of a
    bundle. What is given can only be read. Raises `Refused`.
    """
    if is_bundle(name):
        return read_bundle(Path(name))
    log = Log.open(log_path, write=False)
    try:
        return log, log.resolve(name)
    except BaseException:
        log.close()
        raise


def log_of(path: Path) -> str:
    """The origin of the log that a bundle, or a consistency proof (.json), is said to be of; "" where it names none."""
    try:
        if path.suffix == ".json":
            return read_checkpoint(json.loads(path.read_bytes())["new"]).origin
        return read_checkpoint(_members(path)["checkpoint.txt"].decode("utf-8")).origin
    except (Refused, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def is_bundle(name: str) -> bool:
    """Whether `name` is the path of a ZIP archive: with its folder or its ending.

    A file that is called like a session, or the beginning of one, is none: it would be read in the session's place.
    """
    if Path(name).name == name and "." not in name:
        return False
    try:
        with Path(name).open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except (OSError, ValueError):
        return False


def read_bundle(path: Path) -> tuple[Log, str]:
    """The session in the bundle at `path` as a log that holds nothing else, and its id; raises `Refused`.

    Entries, texts and files are checked against their hashes as they are read. The proof is not: that is
    for `imr log verify FILE`.
    """
    files = _members(path)
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        for sql in TABLES.values():
            connection.execute(sql)
        session = _fill(connection, files)
        connection.execute("PRAGMA query_only = ON")
        log = Log(path, connection, None, system_clock, bytes)
        log.read(session)
        return log, session
    except Refused:
        connection.close()
        raise
    except Exception:  # whatever somebody has put into the file
        connection.close()
        raise _damaged(path) from None


def _members(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
                raise refuse("This file is larger than any bundle; it was not unpacked.", str(path))
            if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
                raise refuse("This file is compressed, as no bundle is; it was not unpacked.", str(path))
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        raise _damaged(path) from None


def bundle_letter(path: Path) -> LetterTexts:
    """The letter that goes along in a bundle, and the part of it that was signed; raises `Refused`."""
    files = _members(path)
    letter, signed = (
        files.get(name, b"").decode("utf-8", "replace") for name in ("letter.txt", "signed-text.txt")
    )
    return LetterTexts(letter, signed)


def _fill(connection: sqlite3.Connection, files: Mapping[str, bytes]) -> str:
    about = json.loads(files["bundle.json"])
    if about["format"] != FORMAT:
        raise refuse("This bundle has a form that this version does not know.", "", "Update the program.")
    places = [one["index"] for one in json.loads(files["proof.json"])["entries"]]
    for place, data in zip(places, files["entries.ndjson"].splitlines(), strict=True):
        if len(data) > LARGEST_ENTRY:
            raise ValueError
        fields = json.loads(data)
        row = place + 1, fields["session"], fields["seq"], fields["kind"], fields["ts"], data, leaf(data)
        connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    for line in files["texts.ndjson"].split(b"\n")[:-1]:
        text = json.loads(line)
        words = text["commitment"], bytes.fromhex(text["salt"]), text["text"]
        connection.execute("INSERT INTO blob VALUES (?, ?, ?)", words)
    keep_stated(connection, map(str, about.get("redacted", ())))
    for name, body in files.items():
        if match := _ARTIFACT.fullmatch(name):
            media = about["artifacts"][match[1]]
            connection.execute("INSERT INTO artifact VALUES (?, ?, ?)", (match[1], media, body))
    return str(about["session"])


def _damaged(path: Path) -> Refused:
    return refuse(
        "This is no bundle of a session, or it is damaged.", str(path), "Run `imr log verify FILE` on it."
    )


# How a session becomes a bundle: its entries as they are stored, and the proof that they stand in the log.


_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENTRIES = "SELECT id, entry, leaf FROM event WHERE session = ? AND id > 0 ORDER BY seq"
_COVERING = "SELECT note FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1"
_TEXT = "SELECT salt, body FROM blob WHERE commitment = ?"
_ARTIFACT_ROW = "SELECT media, body FROM artifact WHERE hash = ?"
_MAIN = b"""import sys
from pathlib import Path

from verify import main

sys.exit(main([sys.argv[0], *sys.argv[1:]]))
"""


class LetterTexts(Value):
    """The letter of a session: as it reads, and the part that the signature covers (empty if there is none)."""

    letter: str = ""
    signed: str = ""


def covering_checkpoint(path: Path, session: str) -> str:
    """The note of the oldest stored checkpoint that covers the whole session; "" where there is none."""
    connection = open_reader(present_log(path))
    try:
        (last,) = connection.execute("SELECT max(id) FROM event WHERE session = ?", (session,)).fetchone()
        row = connection.execute(_COVERING, (last or 0,)).fetchone()
        return str(row[0]) if row else ""
    except DAMAGE as error:
        raise broken(path, error) from None
    finally:
        connection.close()


def bundle(
    path: Path, session: str, note: str, words: LetterTexts, keys: Sequence[VerifierKey] = ()
) -> bytes:
    """The bundle of a session of the log at `path`, proven against the checkpoint `note`.

    The same session, checkpoint and words give the same bytes. `keys` are known besides those made here. Raises
    `Refused` where the log does not give the checkpoint's root, or nobody here knows the key that signed it.
    """
    connection = open_reader(present_log(path))
    try:
        connection.execute("BEGIN")
        return _archived(_files(connection, path, session, note, words, keys))
    except DAMAGE as error:
        raise broken(path, error) from None
    finally:
        connection.close()


def _files(
    connection: sqlite3.Connection,
    path: Path,
    session: str,
    note: str,
    words: LetterTexts,
    keys: Sequence[VerifierKey],
) -> dict[str, bytes]:
    head = read_checkpoint(note)
    rows = connection.execute(_ENTRIES, (session,)).fetchall()
    tree = StoredTree(connection)
    if tree.root(head.size) != head.root:
        raise refuse(
            "The log does not give the root of this checkpoint; nothing was written.",
            str(path),
            "Run `imr log verify`.",
        )
    entries = [bytes(row[1]) for row in rows]
    wanted = {c for e in entries for c in commitments_in(e)}
    missing = {one for one in wanted if _words(connection, one) is None}
    gone = sorted(missing & stated_as_redacted(connection)) if missing else []
    texts = [_text(connection, path, one) for one in sorted(wanted.difference(gone))]
    files = {f"artifacts/{name}": _artifact(connection, path, name) for name in pinned_in(entries)}
    about = {
        "format": FORMAT,
        "session": session,
        "entries": len(entries),
        "log": head.origin,
        "size": head.size,
        "program": __version__,
        "artifacts": {name[10:]: media for name, (media, _) in files.items()},
        **({"redacted": gone} if gone else {}),
    }
    made = {
        "README.txt": _README.format(session=session, size=head.size).encode(),
        "__main__.py": _MAIN,
        "bundle.json": _json(about),
        "checkpoint.txt": note.encode(),
        "entries.ndjson": b"".join(entry + b"\n" for entry in entries),
        "key.txt": f"{signer_of(note, keys)}\n".encode(),
        "proof.json": _json(_proof(tree, head, [row[0] - 1 for row in rows])),
        "texts.ndjson": b"".join(_json(text, indent=None) for text in texts),
        "verify.py": Path(__file__).with_name("standalone_verify.py").read_bytes(),
        **{name: body for name, (_, body) in files.items()},
    }
    if words.letter:
        made["letter.txt"] = words.letter.encode()
    if words.signed:
        made["signed-text.txt"] = words.signed.encode()
    return made


def _proof(tree: StoredTree, head: Checkpoint, places: Sequence[int]) -> dict[str, Any]:
    """An inclusion proof (RFC 6962) for each place; hashes that several use are written once."""
    hashes: dict[str, int] = {}
    entries = []
    for place in places:
        path = [each.hex() for each in inclusion_proof(place, head.size, tree.over)]
        entries.append({"index": place, "path": [hashes.setdefault(each, len(hashes)) for each in path]})
    return {"size": head.size, "root": head.root.hex(), "entries": entries, "hashes": list(hashes)}


def _text(connection: sqlite3.Connection, path: Path, commitment: str) -> dict[str, str]:
    row = _words(connection, commitment)
    if row is None:
        raise _missing(path, "A text of this session is missing from the log.")
    return {"commitment": commitment, "salt": row[0].hex(), "text": row[1]}


def _words(connection: sqlite3.Connection, commitment: str) -> tuple[bytes, str] | None:
    row = connection.execute(_TEXT, (commitment,)).fetchone()
    return None if row is None or row[1] is None else (row[0], row[1])


def _artifact(connection: sqlite3.Connection, path: Path, name: str) -> tuple[str, bytes]:
    row = connection.execute(_ARTIFACT_ROW, (name,)).fetchone()
    if row is None:
        raise _missing(path, f"A file that this session rests on is missing from the log ({name[:12]}).")
    return str(row[0]), bytes(row[1])


def _missing(path: Path, what: str) -> Refused:
    return refuse(f"{what} Nothing was written.", str(path), "Run `imr log verify`.")


def _json(value: Mapping[str, Any], indent: int | None = 1) -> bytes:
    return json.dumps(value, indent=indent, sort_keys=True).encode() + b"\n"


def _archived(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive without compression, and with the same time on all members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o600 << 16
            info.create_system = 3
            archive.writestr(info, files[name])
    return made.getvalue()


_README = """Session {session}, taken out of a decision log of {size} entries, with the proof that it stands there.

  python3 THIS-FILE                       checks it; nothing else is needed, and no network
  python3 THIS-FILE --key KEY             with the verifier key of the log, as you got it from elsewhere
  python3 THIS-FILE --checkpoint FILE     with a checkpoint of the log that you hold

The check is done by verify.py in here. Whoever made this file could have changed it as well: for a check that you
rely on, take a verify.py that you got from elsewhere, and run `python3 verify.py THIS-FILE --key KEY`.

entries.ndjson    the session's entries, a line each, exactly the bytes that are hashed
texts.ndjson      the words that entries have committed to, with the salt of each commitment
artifacts/        the files on which the session rests, by their SHA-256
letter.txt        the determination; signed-text.txt is the part of it that the signature covers
proof.json        for each entry its number in the log (from 0) and its path in the hash tree (RFC 6962)
checkpoint.txt    the signed head of the tree (C2SP tlog-checkpoint, signed-note); key.txt its verifier key
"""
