"""A byte of the file is changed, anywhere: `verify` notices it, or nothing that can be read of the log has changed.

What is not noticed is told apart: bytes that hold nothing, and the few fields that the documents name as unproven.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.verify import verify
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review

CASE = "cervical-radiographs-after-fusion"
UNPROVEN: dict[str, set[str] | None] = {"_sqlite_migrations": {"applied_at"}}
"""Columns by table whose change is not noticed, as docs/auditor.md says; None for all of a table."""

STRANGER = "earlier ones by a key that is not known here"
"""What is said, while the log verifies, of an earlier checkpoint whose signature names another key of this log."""

CUT = "the newest entries are cut off, and not noticed"

Rows = dict[str, list[dict[str, Any]]]


def real_log(path: Path) -> Path:
    """A closed log with a signed review of the bundled case and one that was only begun."""
    file = answers_file.read_answers_file(library.folder("casebank") / CASE / "reference.yaml")
    with Log.open(path) as log:
        for signed in (True, False):
            review = Review.open(log, library.find_case(CASE), Profile("r-prove"), "practice")
            if signed:
                outcome = answers_file.run_answers(review, file)
                assert outcome.open == []
            review.close()
    return path


def places(size: int, count: int, seed: int) -> list[int]:
    """`count` different positions: the file's own header, then anywhere."""
    header = list(range(100))
    others = random.Random(seed).sample(range(100, size), min(count, size - 100))
    return (header + others)[:count] if count > 200 else header[::7] + others[: max(0, count - 15)]


def rows(path: Path) -> Rows:
    """All that can be read of a log: every row of every table, text as bytes."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        connection.row_factory = sqlite3.Row
        names = [
            name.decode()
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            name: sorted(
                (dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')),
                key=lambda row: repr(row),
            )
            for name in names
        }


def unexplained(before: Rows, after: Rows) -> list[str]:
    """The columns in which two readings of a log differ, without those that are documented as unproven."""
    found = []
    for table in {*before, *after}:
        if table not in before or table not in after or len(before[table]) != len(after[table]):
            found.append(table)
            continue
        if UNPROVEN.get(table, ()) is None:
            continue
        free = UNPROVEN.get(table) or set()
        for one, other in zip(before[table], after[table], strict=True):
            found += [
                f"{table}.{column}" for column in one if column not in free and one[column] != other[column]
            ]
    return sorted(set(found))


def try_flips(path: Path, where: Iterable[int], seed: int, folder: Path) -> dict[str, Any]:
    """Changes one byte at a time of the log at `path`, in copies in `folder`."""
    original, before = path.read_bytes(), rows(path)
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    bad: list[str] = []
    copy = folder / "copy.sqlite"
    for at in where:
        changed = bytearray(original)
        changed[at] ^= chance.randrange(1, 256)
        for name in folder.glob("copy.sqlite*"):
            name.unlink()
        copy.write_bytes(changed)
        if _noticed(copy):
            found["noticed"] += 1
            with suppress(Refused), Log.open(copy) as log:
                for row in log.sessions():
                    log.read(row.id)
            continue
        after = rows(copy)
        if differing := unexplained(before, after):
            bad.append(f"byte {at}: {', '.join(differing)}")
        elif after != before:
            found["a field that is named as unproven"] += 1
        else:
            found[
                "a byte of the header that says nothing of the log"
                if at < 100
                else "a byte that holds nothing"
            ] += 1
    return {"positions": found.total() + len(bad), "found": dict(found), "bad": bad}


def try_wal(path: Path, seed: int, count: int, copy: Path) -> dict[str, Any]:
    """The same in the write-ahead log beside the file: what stands after the change may be lost, as a cut tail is."""
    wal = Path(f"{path}-wal").read_bytes()
    chance = random.Random(seed)
    whole = [row["leaf"] for row in sorted(rows(path)["event"], key=lambda row: row["id"])]
    found: Counter[str] = Counter()
    bad = []
    for at in chance.sample(range(len(wal)), min(count, len(wal))):
        changed = bytearray(wal)
        changed[at] ^= chance.randrange(1, 256)
        for name in copy.parent.glob(f"{copy.name}*"):
            name.unlink()
        copy.write_bytes(path.read_bytes())
        Path(f"{copy}-wal").write_bytes(changed)
        if _noticed(copy):
            found["noticed"] += 1
            continue
        left = [row["leaf"] for row in sorted(rows(copy)["event"], key=lambda row: row["id"])]
        if left != whole[: len(left)]:
            bad.append(f"byte {at} of the WAL")
        found["all is there" if left == whole else CUT] += 1
    return {"positions": found.total(), "found": dict(found), "bad": bad}


def _noticed(path: Path) -> bool:
    try:
        found = verify(path)
        return not found.ok or STRANGER in found.verdicts["signatures"].says
    except Refused:
        return True
