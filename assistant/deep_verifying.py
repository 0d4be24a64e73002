"""A deep verification: besides all that `verify` looks at, each entry's schema and each review derived anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.schema_check import schemas
from assistant.log.verdict import Verdict, Verification
from assistant.log.walk import Break
from assistant.rederiving import rederive


class Counting(Protocol):
    """Says how far something has come."""

    def begin(self, what: str) -> Callable[[int], None]: ...


def deeper(path: Path, found: Verification, progress: Counting) -> Verification:
    """The verification with two verdicts more: schemas and drafts. What `found` did not read again is left out."""
    try:
        with Log.open(path, write=False) as log:
            schema, first = schemas(path, found.since, progress.begin("Checking schemas"))
            drafts, broken = _drafts(log, found.since, progress.begin("Deriving drafts"))
    except Refused as refusal:
        says = " ".join(problem.what for problem in refusal.problems)
        schema = drafts = Verdict(None, f"not looked at: {says}")
        first = broken = None
    verdicts = {**found.verdicts, "schemas": schema, "drafts": drafts}
    return replace(
        found,
        ok=all(verdict.ok is not False for verdict in verdicts.values()),
        verdicts=verdicts,
        first_break=found.first_break or first or broken,
        verified=found.verified if schema.ok is not False and drafts.ok is not False else "",
    )


def _drafts(log: Log, since: int, step: Callable[[int], None]) -> tuple[Verdict, Break | None]:
    reviews = compared = 0
    first, faults = None, 0
    for row in log.sessions():
        try:
            if since and log.read(row.id)[-1].id <= since:
                continue
            made = rederive(log, row.id)
            difference = made.difference
            what = "" if difference is None else f"{difference.what} does not come out as it was logged"
            seq = 0 if difference is None else difference.seq
        except Refused as refusal:
            what, seq = f"it can't be derived: {refusal.problems[0].what}", 1
        reviews += 1
        compared += not what
        step(row.events)
        if what:
            faults += 1
            first = first or Break(row.id, seq, what)
    if first is not None:
        more = f", and {faults - 1} more reviews" if faults > 1 else ""
        return Verdict(False, f"session {first.session}, entry {first.seq}: {first.what}{more}"), first
    return Verdict(
        True, f"{compared} of {reviews} reviews give the suggestions and letters that were logged"
    ), None
