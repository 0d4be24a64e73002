"""Feedback as lines, as a table in CSV, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.core.decision import DECISION_WORDS
from assistant.core.text import one_line, visible
from assistant.log.row_text import Value, csv_lines
from assistant.training.fault import FAULTS
from assistant.training.feedback import STATES, Feedback, Row

_MARKS = {
    "same": "=",
    "different": "≠",
    "caught": "✓",
    "missed": "!",
    "touched": "~",
    "open": "?",
    "not_asked": "-",
    "no_reference": "-",
}
COLUMNS = (
    "session case trainee item prompt question state yours reviewer parts evidence_cited evidence_opened "
    "evidence_missed wrong_absences seconds reviewer_seconds amended planted"
).split()


def feedback_lines(made: Feedback, advice: Sequence[str]) -> list[str]:
    """The feedback for a terminal: what it comes to, then every question, then what to practise."""
    lines = [f"Run {made.session} of {made.trainee} on {made.case}, against {made.reference}"]
    if made.status == "open":
        lines.append("This run is not finished yet: imr practise --resume")
    lines += ["", *_summary(made), ""]
    if made.faults:
        lines.append("Planted")
        for fault, seen in made.faults:
            mark = {True: "✓ caught", False: "! missed", None: "? not reached"}[seen]
            lines.append(f"  {mark}: {FAULTS.get(fault.kind, fault.kind)}")
            lines.append(f"      {fault.says}")
        lines.append("")
    lines.append("By question   = as the reviewer   ≠ otherwise   ✓ caught   ! missed   - not compared")
    for row in made.rows:
        lines += _row(row)
    lines += ["", "What to practise next", *(f"  {one}" for one in advice)]
    return [visible(line) for line in lines]


def _summary(made: Feedback) -> list[str]:
    share = f" ({100 * made.agreed // made.compared}%)" if made.compared else ""
    rows = [("Agreement", f"{made.agreed} of {made.compared} questions{share}")]
    if made.evidence():
        opened, missed = made.evidence("opened"), made.evidence("missed")
        more = f", {opened} opened and not cited" * bool(opened) + f", {missed} not seen" * bool(missed)
        rows.append(("Evidence", f"{made.evidence('cited')} of {made.evidence()} pages cited{more}"))
    rows.append(("Absences", f"{made.wrong_absences} wrong" if made.wrong_absences else "none wrong"))
    if made.faults:
        rows.append(("Planted", f"{made.caught} of {len(made.faults)} caught"))
    theirs = sum(row.their_seconds or 0 for row in made.rows)
    reviewer = f" (the reviewer: {clock(theirs)})" if theirs else ""
    idle = f", and {clock(made.idle_seconds)} away" if made.idle_seconds else ""
    rows.append(("Time", f"{clock(made.seconds)}{idle}{reviewer}"))
    for one in made.decisions:
        said = DECISION_WORDS.get(one.yours, "not decided")
        against = (
            "as the reviewer"
            if one.same
            else f"the reviewer: {DECISION_WORDS[one.theirs]}"
            if one.theirs
            else "no reference"
        )
        departs = " · departs from the suggestion" if one.departs and one.yours else ""
        rows.append((f"Item {one.item}", f"{said} · {against}{departs}"))
    if made.earlier is not None:
        before = made.earlier
        planted = f", {before.caught} of {before.planted} caught" if before.planted else ""
        rows.append(("Last time", f"{before.agreed} of {before.compared} questions{planted}"))
    return [f"{name:<10} {said}" for name, said in rows]


def _row(row: Row) -> list[str]:
    where = f"{row.prompt}" if row.item in ("case", "1") else f"{row.item}/{row.prompt}"
    again = f", amended {row.amended} times" if row.amended > 1 else ", amended" if row.amended else ""
    lines = [f"  {_MARKS[row.state]} {where:<24} {clock(row.seconds):>6}{again}"]
    if row.state in ("different", "touched", "no_reference", "not_asked", "open"):
        lines[0] += f"   {STATES[row.state]}" if row.state != "different" else ""
    lines += [f"      {said}" for said in row.says]
    if row.state == "different":
        for name, yours, theirs in row.parts or (("", row.yours, row.theirs),):
            label = f"{name}: " if name else ""
            lines.append(f"      {label}you: {yours} · reviewer: {theirs}")
    lines += [f"      wrong absence: {said}" for said in row.wrong_absences if not row.says]
    for one in row.evidence:
        if one.state != "cited":
            label = "opened, not cited" if one.state == "opened" else "not seen"
            lines.append(f"      {label}: {one.page}{f' “{one.quote}”' if one.quote else ''}")
    return lines


def clock(seconds: int) -> str:
    """Minutes and seconds: `0:08`, `12:03`."""
    return f"{seconds // 60}:{seconds % 60:02}"


def feedback_csv(made: Feedback) -> str:
    """A row for each question, safe to open in a spreadsheet."""
    table: list[list[Value]] = []
    for row in made.rows:
        pages = {
            state: "; ".join(one.page for one in row.evidence if one.state == state)
            for state in ("cited", "opened", "missed")
        }
        cells: list[Value] = [
            made.session,
            made.case,
            made.trainee,
            row.item,
            row.prompt,
            row.ask,
            row.state,
            row.yours,
            row.theirs,
            "; ".join(
                f"{name + ': ' if name else ''}{yours} / {theirs}" for name, yours, theirs in row.parts
            ),
            pages["cited"],
            pages["opened"],
            pages["missed"],
            "; ".join(row.wrong_absences),
            row.seconds,
            row.their_seconds,
            row.amended,
            "; ".join(row.faults),
        ]
        table.append([one_line(cell) if isinstance(cell, str) else cell for cell in cells])
    return "".join(f"{line}\n" for line in csv_lines(COLUMNS, table))


def feedback_json(made: Feedback, advice: Sequence[str]) -> dict[str, Any]:
    """The feedback as `imr training feedback --json` prints it."""
    return {
        "session": made.session,
        "case": made.case,
        "trainee": made.trainee,
        "reference": made.reference,
        "status": made.status,
        "reveal": made.reveal or None,
        "agreed": made.agreed,
        "compared": made.compared,
        "evidence": {
            "needed": made.evidence(),
            **{state: made.evidence(state) for state in ("cited", "opened", "missed")},
        },
        "wrong_absences": made.wrong_absences,
        "caught": made.caught,
        "seconds": made.seconds,
        "idle_seconds": made.idle_seconds,
        "earlier": None
        if made.earlier is None
        else {
            "session": made.earlier.session,
            "agreed": made.earlier.agreed,
            "compared": made.earlier.compared,
            "caught": made.earlier.caught,
            "planted": made.earlier.planted,
        },
        "faults": [
            {
                "kind": fault.kind,
                "item": fault.item,
                "prompt": fault.prompt,
                "page": f"{fault.document}:{fault.page}",
                "says": fault.says,
                "caught": seen,
            }
            for fault, seen in made.faults
        ],
        "decisions": [
            {
                "item": one.item,
                "yours": one.yours or None,
                "reviewer": one.theirs or None,
                "suggested": one.suggested or None,
                "departs": one.departs,
                "reason": one.reason,
            }
            for one in made.decisions
        ],
        "prompts": [
            {
                "item": row.item,
                "prompt": row.prompt,
                "question": row.ask,
                "state": row.state,
                "yours": row.yours,
                "reviewer": row.theirs,
                "parts": [
                    {"part": name, "yours": yours, "reviewer": theirs} for name, yours, theirs in row.parts
                ],
                "evidence": [
                    {"page": one.page, "quote": one.quote, "state": one.state} for one in row.evidence
                ],
                "wrong_absences": list(row.wrong_absences),
                "seconds": row.seconds,
                "reviewer_seconds": row.their_seconds,
                "amended": row.amended,
                "planted": list(row.faults),
            }
            for row in made.rows
        ],
        "practise_next": list(advice),
    }
