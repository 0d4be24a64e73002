"""Beginning, going on with and writing out an adjudication: what its command does with files and the log."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

from assistant import recall, reviewer
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.session import Session
from assistant.core.text import one_line
from assistant.log import Log
from assistant.log.bundle import is_bundle, open_source
from assistant.training.adjudicated import settled
from assistant.training.adjudication import Adjudication
from assistant.training.rater import must_verify, unfit
from assistant.training.sheet import Sheet, as_answers_file


def finished(log: Log, names: Sequence[str]) -> Sheet | None:
    """The sheet of a finished adjudication, where one alone is named."""
    if len(names) != 1 or is_bundle(names[0]):
        return None
    session_id = log.resolve(names[0])
    found = settled(log.read(session_id))
    return found.sheet(session_id) if found is not None and found.closed else None


def begin(log: Log, names: Sequence[str]) -> Adjudication:
    """A new adjudication of the named reviews, or the same person's unfinished one; raises `Refused`."""
    must_verify(log.path, names)
    sessions: dict[str, Session] = {}
    heads: list[str] = []
    problems: list[Problem] = []
    for name in names:
        source, session_id = open_source(log.path, name)
        with source:
            session = recall.load(source, session_id)[0]
            head = source.read(session_id)[-1].leaf
        problems += unfit(session, name)
        if session.id in sessions:
            problems.append(Problem("This session is named twice.", name, "Name each session once."))
            continue
        sessions[session.id] = session
        heads.append(head)
    if problems:
        raise Refused(*problems)
    if len(sessions) < 2:
        raise refuse("One review alone leaves nothing to settle.", names[0], "Name a second session.")
    cases = {one.rules.case.id for one in sessions.values()}
    if len(cases) > 1:
        raise refuse(
            f"These sessions are of different cases: {', '.join(sorted(one_line(c) for c in cases))}.",
            "",
            "Name reviews of one case.",
        )
    actor = reviewer.kept().id
    return Adjudication(log, list(sessions.values()), heads, actor, random.SystemRandom())


def write(sheet: Sheet, path: Path) -> None:
    """Writes the sheet as an answers file (YAML, or JSON by its ending), readable by its owner only."""
    data = {"reviewer": f"adjudication-{sheet.name}", **as_answers_file(sheet)}
    if path.suffix == ".json":
        import json

        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    else:
        import yaml

        text = f"# What an adjudication of {one_line(sheet.case)} came to.\n"
        text += yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = error.strerror or "the operating system refused"
        raise refuse(
            f"The sheet can't be written: {reason}.", one_line(str(path)), "Check the folder."
        ) from None
