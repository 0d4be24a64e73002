"""A trainer's case in one file for another desk: the case, what is planted in it, and its key sealed until the run is over.

The key (what the run is compared with, and the truth of each fault) is encrypted. The word that opens it is made with
the file and stays with the trainer; nothing in the file helps to find it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import training_events as t
from assistant.core.problem import refuse
from assistant.core.text import digest, one_line
from assistant.files import make_folder, write_file
from assistant.library import CaseFolder
from assistant.log import Log
from assistant.log.entry import is_day
from assistant.training.book import Book, Written, faults_of, new_plan, planted_events
from assistant.training.faults import Fault
from assistant.training.practice import COPIES, Exercise, Run, run_of
from assistant.training.recording import Recording
from assistant.training.reference import Reference

FORM = 1
"""The form of the file that is written, and the newest that is read."""


@dataclass(frozen=True)
class Packed:
    """A packed case as its file has it; `files` are its texts by their place in the case folder."""

    plan: str
    case: str
    trainer: str
    files: Mapping[str, str] = field(repr=False)
    sealed: str = field(repr=False)
    unaided: bool = False
    confidence: bool = False
    due: str = ""

    def to_text(self) -> str:
        """The file."""
        said = {"due": self.due} if self.due else {}
        said |= {name: "yes" for name in ("unaided", "confidence") if getattr(self, name)}
        data = {"packed": FORM, "plan": self.plan, "case": self.case, "trainer": self.trainer, **said}
        return (
            json.dumps(
                {**data, "files": dict(self.files), "sealed": self.sealed}, ensure_ascii=False, indent=1
            )
            + "\n"
        )


def pack(log: Log, trainer: str, exercise: Exercise, due: str = "") -> tuple[Packed, str]:
    """The exercise as a file, and the word that opens its key; both are logged in the trainer's book.

    `Refused` for a case that isn't for practice: records of patients aren't packed.
    """
    case = exercise.case
    rules = library.rules_for(case, exercise.sources)
    if not rules.case.practice:
        raise refuse(
            "Only practice cases are packed.", rules.case.id, "Make one of a review: `imr case from SESSION`."
        )
    plan, word = exercise.plan or new_plan(), secrets.token_hex(12)
    key = {"reference": exercise.reference.to_text(), "faults": [one.to_text() for one in exercise.faults]}
    files = {"case.yaml": case.text}
    files |= {f"records/{path.name}": library.read_text(path) for path in case.files.values()}
    made = Packed(
        plan,
        rules.case.id,
        trainer,
        files,
        _cipher(word).encrypt(json.dumps(key, ensure_ascii=False).encode()).decode(),
        exercise.unaided,
        exercise.confidence,
        due,
    )
    packed = t.CasePacked(
        plan, made.case, digest(case.text), len(exercise.faults), exercise.reference.to_text(), word
    )
    Book(log, trainer).write(packed, *planted_events(plan, exercise.faults), case=made.case)
    return made, word


def _cipher(word: str) -> Any:
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(word.encode()).digest()))


def read_packed(path: Path) -> Packed:
    """The packed case in a file; `Refused` for what is none, or what a newer program wrote."""
    name = one_line(str(path))
    text = library.read_text(path)
    data = library.document(text, name if name.endswith(".json") else f"{name}.json", "packed-case").data
    if not is_day(due := data.get("due", "2000-01-01")):
        raise refuse(f"`due` can't be {due}: there is no such day.", name, "Ask for it anew.")
    return Packed(
        data["plan"],
        data["case"],
        data["trainer"],
        data["files"],
        data["sealed"],
        data.get("unaided") == "yes",
        data.get("confidence") == "yes",
        data.get("due", ""),
    )


def exercise_of_packed(log: Log, made: Packed) -> Exercise:
    """What a run on a packed case is made of; its case is laid beside the log. `Refused` where it doesn't read as one."""
    folder = log.path.parent / COPIES / made.plan
    case = library.open_case(folder) if folder.exists() else _unpacked(made, folder)
    if not _lies_in(folder, made):
        raise refuse(
            "Another packed case of this name is here already.", one_line(str(folder)), "Ask for it anew."
        )
    reference = Reference(f"the sealed key of {made.trainer}", made.case, sealed=made.sealed)
    return Exercise(
        case,
        reference,
        reveal="end",
        plan=made.plan,
        unaided=made.unaided,
        confidence=made.confidence,
        trainer=made.trainer,
    )


def _lies_in(folder: Path, made: Packed) -> bool:
    """Whether each text of a packed case is in a folder, as it was packed."""
    try:
        return all((folder / name).read_bytes() == text.encode() for name, text in made.files.items())
    except OSError:
        return False


def _unpacked(made: Packed, folder: Path) -> CaseFolder:
    make_folder(folder / "records")
    try:
        for name, text in made.files.items():
            write_file(folder / name, text.encode())
        case = library.open_case(folder)
        rules = library.rules_for(case)
        if not rules.case.practice or rules.case.id != made.case:
            raise refuse("This file holds no practice case of its name.", made.case, "Ask for it anew.")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return case


def unseal(log: Log, trainee: str, session: str, word: str) -> Run:
    """Opens the key of a run that is over; `Refused` before that, for another's run, and for a word that doesn't open it."""
    run = run_of(log, session)
    if run is None or run.trainee != trainee:
        raise refuse("This is no run of yours.", session, "See `imr training list`.")
    if not run.reference.sealed:
        raise refuse(
            "The key of this run is not sealed.",
            session,
            f"Read the feedback: imr training feedback {session}",
        )
    if not run.ended:
        raise refuse(
            "This run is not over: its key stays sealed.", session, f"Go on: imr practise --resume {session}"
        )
    reference, faults = _opened(run.reference.sealed, word)
    Book(log, trainee).write(
        t.KeyUnsealed(session, reference, tuple(one.to_text() for one in faults)), case=run.case
    )
    found = run_of(log, session)
    assert found is not None  # it was there above
    return found


def _opened(sealed: str, word: str) -> tuple[str, tuple[Fault, ...]]:
    from cryptography.fernet import InvalidToken

    try:
        key = json.loads(_cipher(word.strip()).decrypt(sealed.encode()))
        reference, faults = str(key["reference"]), tuple(Fault.from_text(one) for one in key["faults"])
        Reference.from_text(reference)
    except (InvalidToken, ValueError, KeyError, TypeError):
        raise refuse(
            "This word doesn't open the key.",
            "",
            "Type it as your trainer gave it.",
        ) from None
    return reference, faults


def packed_run(written: Iterable[Written], recording: Recording) -> Run | None:
    """The run that a session from another desk is, by the case that one of these books packed; None where it is none.

    Which answers were first stands in the trainee's own book; here they count as they stood at the end.
    """
    held = list(written)
    text = recording.opened.pins.get("case", {}).get("case.yaml", "")
    for one in held:
        event = one.event
        if isinstance(event, t.CasePacked) and event.text == text:
            opened = recording.opened
            return Run(
                recording.id,
                opened.reviewer,
                event.case,
                "end",
                event.plan,
                Reference.from_text(event.reference),
                faults_of(held, event.plan),
                one.by,
                recording.entries[0].ts,
                ended=recording.final.status,
            )
    return None


def packed_lines(written: Iterable[Written], trainer: str) -> list[str]:
    """What a trainer has packed, with the word that opens each."""
    return [
        f"{one.event.plan}  {one.event.case}, {one.event.planted} planted · the word: {one.event.word}"
        for one in written
        if isinstance(one.event, t.CasePacked) and one.by == trainer
    ]
