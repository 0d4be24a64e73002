"""A session that was taken out of the log as one file, read by the same methods as one in the log.

A bundle is a ZIP archive without compression: entries, texts, files, letter, proof and checkpoint. It checks itself
(`python FILE`) by `proof/verify.py`, of which it holds a copy.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from assistant.core.chain import leaf
from assistant.core.problem import Refused, refuse
from assistant.log.moment import system_clock
from assistant.log.schema import LARGEST_ENTRY, TABLES
from assistant.log.store import Log

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


def is_bundle(name: str) -> bool:
    """Whether `name` is the path of a ZIP archive, which no session's id is."""
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
        log = Log(path, connection, None, system_clock, bytes, checked=True)
        log.read(session)
        return log, session
    except Refused:
        connection.close()
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, sqlite3.Error):
        connection.close()
        raise _damaged(path) from None


def bundle_checks() -> ModuleType:
    """The module `proof/verify.py`, which checks bundles and consistency proofs."""
    from assistant.library import folder, read_text

    path = folder("proof") / "verify.py"
    module = ModuleType("proof.verify")
    exec(compile(read_text(path), str(path), "exec"), module.__dict__)
    return module


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
    for name, body in files.items():
        if match := _ARTIFACT.fullmatch(name):
            media = about["artifacts"][match[1]]
            connection.execute("INSERT INTO artifact VALUES (?, ?, ?)", (match[1], media, body))
    return str(about["session"])


def _damaged(path: Path) -> Refused:
    return refuse(
        "This is no bundle of a session, or it is damaged.", str(path), "Run `imr log verify FILE` on it."
    )
