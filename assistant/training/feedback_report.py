"""Feedback on a run as it is told: lines for a terminal, a table in CSV, and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.text import counted, one_line, visible
from assistant.log import Log
from assistant.log.sql import Value, csv_lines
from assistant.training.debrief import debrief, note_shown
from assistant.training.faults import FAULTS
from assistant.training.feedback import QUICK, STATES, Feedback, FeedbackRow
from assistant.training.marking import ALONE, KNOWN, MISSED, SHOWN
from assistant.training.practice import UNDECIDED, lessons
from assistant.training.recording import Recording

_MARKS = {
    "same": "=",
    "different": "≠",
    "caught": "✓",
    "known": "✓",
    "shown": "▹",
    "missed": "!",
    "touched": "~",
    "open": "?",
    "not_asked": "-",
    "no_reference": "-",
}
_PLANTED = {ALONE: "✓ found alone", KNOWN: "✓ found", SHOWN: "▹ found when shown", MISSED: "! missed"}
COLUMNS = (
    "session case trainee item prompt question state yours reviewer parts evidence_cited evidence_opened "
    "evidence_taken_over evidence_missed wrong_absences seconds reviewer_seconds amended planted sure panel_credit"
).split()


def feedback_lines(made: Feedback, advice: Sequence[str]) -> list[str]:
    """The feedback for a terminal: what it comes to, then every question, then what to practise."""
    lines = [f"Run {made.session} of {made.trainee} on {made.case}, against {made.reference}"]
    if made.status == "open":
        lines.append("This run is not finished yet: imr practise --resume")
    lines += ["", *_summary(made), ""]
    if made.faults:
        lines.append("Planted")
        for fault, how in made.faults:
            mark = _PLANTED.get(how or "", "? not reached")
            mark += ", and its kind was known" * (fault.kind in made.known)
            lines.append(f"  {mark}: {FAULTS.get(fault.kind, fault.kind)}")
            lines.append(f"      {fault.says}")
        lines.append("")
    if (lesson := lessons().get(made.exercise)) is not None:
        lines += [f"The exercise {lesson.id}: {lesson.happened}", f"  Source: {lesson.source}", ""]
    lines.append(
        "By question   = as the reviewer   ≠ otherwise   ✓ found alone   ▹ when shown   ! missed   - or ? not reached"
    )
    for row in made.rows:
        lines += _row(row)
    lines += ["", "Comments on this run"] if made.comments else []
    lines += [f"  {by}, {where}: {said}" for by, where, said in made.comments]
    lines += ["", "What to practise next", *(f"  {one}" for one in advice)]
    return [visible(line) for line in lines]


def _summary(made: Feedback) -> list[str]:
    share = f" ({round(100 * made.agreed / made.compared)}%)" if made.compared else ""
    rows = [("Agreement", f"{made.agreed} of {made.compared} questions{share}")]
    if made.compared:
        rows.append(
            ("", f"{made.unread} of these are had without reading, by what is proposed and “not documented”")
        )
    if made.credits:
        worth = f"worth {sum(made.credits) / len(made.credits):.2f} of 1 by {made.panel} experts"
        rows.append(("Panel", f"{worth}: each answer by how many of them gave it"))
    if made.seen_before:
        rows.append(
            ("", f"seen before: {made.seen_before} of {made.compared}; the score is no measure of those")
        )
    rows += [("", one) for one in made.beside]
    if made.evidence():
        taken, opened, missed = (made.evidence(state) for state in ("taken_over", "opened", "missed"))
        more = f", {taken} taken over from proposals, unopened" * bool(taken)
        later = Counter(one.state for row in made.rows for one in row.evidence if one.later)
        for state, number, said in (
            ("opened", opened, "opened and not cited"),
            ("missed", missed, "not seen"),
        ):
            more += f", {number} {said}" * bool(number) + f" ({later[state]} cited only later)" * (
                later[state] > 0
            )
        rows.append(("Evidence", f"{made.evidence('cited')} of {made.evidence()} pages cited{more}"))
    read = f"{made.pages_opened} of {made.pages}" if made.pages_opened else f"no page of {made.pages}"
    rows.append(("Pages", f"{read} opened"))
    rows.append(("Absences", f"{made.wrong_absences} wrong" if made.wrong_absences else "none wrong"))
    if made.faults:
        known = sum(how == KNOWN for _, how in made.faults)
        when = f", {made.shown} when shown" * bool(made.shown)
        when += f", {known} of {len(made.faults) - made.unknown} whose kind was known" * (
            made.unknown < len(made.faults)
        )
        rows.append(("Planted", f"{made.alone} of {made.unknown} found alone{when}"))
    if made.alarms:
        rows.append(("Alarms", f"{made.alarms} false, of {made.quiet} answers where nothing was planted"))
    if made.calibration.told:
        rows.append(("Confidence", made.calibration.words))
        levels = ", ".join(
            f"{percent}%: {hits} of {of}" for percent, (hits, of) in made.calibration.levels.items()
        )
        rows.append(("", f"right by how sure you were: {levels}"))
    theirs = sum(row.their_seconds or 0 for row in made.rows)
    reviewer = f" (the reviewer: {clock(theirs)})" if theirs else ""
    idle = f", and {clock(made.idle_seconds)} away" if made.idle_seconds else ""
    quick = f", {counted(made.quick, 'answer')} within {QUICK} seconds" * bool(made.quick)
    rows.append(("Time", f"{clock(made.seconds)}{idle}{quick}{reviewer}"))
    for one in made.decisions:
        said = DECISION_WORDS.get(one.yours, "not decided")
        against = (
            UNDECIDED[0].lower() + UNDECIDED[1:-1]
            if one.undecided
            else "as the reviewer"
            if one.same
            else f"the reviewer: {DECISION_WORDS[one.theirs]}"
            if one.theirs
            else "no reference"
        )
        parted = "departs from the suggestion" if one.suggested else "there was no suggestion to rest on"
        departs = f" · {parted}" if one.departs and one.yours else ""
        rows.append((f"Item {one.item}", f"{said} · {against}{departs}"))
    if made.earlier is not None:
        before = made.earlier
        planted = f", {before.caught} of {before.planted} caught" if before.planted else ""
        rows.append(("Last time", f"{before.agreed} of {before.compared} questions{planted}"))
    return [f"{name:<10} {said}" for name, said in rows]


def _row(row: FeedbackRow) -> list[str]:
    where = "" if row.item in ("case", "1") else f"item {row.item}: "
    again = f", amended {row.amended} times" if row.amended > 1 else ", amended" if row.amended else ""
    lines = [f"  {_MARKS[row.state]} {clock(row.seconds):>6}  {where}{one_line(row.ask, 100)}{again}"]
    if row.state in ("different", "touched", "no_reference", "not_asked", "open"):
        lines[0] += f"   {STATES[row.state]}" if row.state != "different" else ""
    lines += [
        f"      you were {row.sure}% sure" for _ in (1,) if row.sure is not None and row.agrees is False
    ]
    lines += [
        f"      worth {row.credit:.2f} by the panel"
        for _ in (1,)
        if row.credit is not None and row.credit < 1
    ]
    lines += [f"      {said}" for said in row.says]
    if row.agrees is False and row.yours and (not row.says or row.state in ("caught", "known", "shown")):
        for name, yours, theirs in row.parts or (("", row.yours, row.theirs),):
            label = f"{name}: " if name else ""
            lines.append(f"      {label}you: {yours} · reviewer: {theirs}")
    lines += [f"      wrong absence: {said}" for said in row.wrong_absences if not row.says]
    for one in row.evidence:
        if one.state != "cited":
            label = "cited only later" if one.later and one.state != "taken_over" else ""
            label = label or {"opened": "opened, not cited", "taken_over": "taken over, not opened"}.get(
                one.state, "not seen"
            )
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
            for state in ("cited", "opened", "taken_over", "missed")
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
            pages["taken_over"],
            pages["missed"],
            "; ".join(row.wrong_absences),
            row.seconds,
            row.their_seconds,
            row.amended,
            "; ".join(row.faults),
            row.sure,
            None if row.credit is None else round(row.credit, 4),
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
            **{state: made.evidence(state) for state in ("cited", "taken_over", "opened", "missed")},
        },
        "wrong_absences": made.wrong_absences,
        "caught": made.caught,
        "alone": made.alone,
        "known": list(made.known),
        "false_alarms": {"count": made.alarms, "of": made.quiet},
        "seen_before": made.seen_before,
        "unread": made.unread,
        "beside": list(made.beside),
        "held_back": list(made.held_back),
        "exercise": made.exercise or None,
        "confidence": made.calibration.to_json(),
        "panel": made.panel,
        "concordance": sum(made.credits) / len(made.credits) if made.credits else None,
        "comments": [{"by": by, "where": where, "words": said} for by, where, said in made.comments],
        "pages_opened": made.pages_opened,
        "pages": made.pages,
        "quick": made.quick,
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
                "outcome": how,
                "caught": None if how is None else how != MISSED,
            }
            for fault, how in made.faults
        ],
        "decisions": [
            {
                "item": one.item,
                "yours": one.yours or None,
                "reviewer": one.theirs or None,
                "suggested": one.suggested or None,
                "departs": one.departs,
                "reason": one.reason,
                "compared": bool(one.theirs),
            }
            for one in made.decisions
        ],
        "prompts": [
            {
                "item": row.item,
                "prompt": row.prompt,
                "question": row.ask,
                "state": row.state,
                "agrees": row.agrees,
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
                "sure": row.sure,
                "panel_credit": row.credit,
            }
            for row in made.rows
        ],
        "practise_next": list(advice),
    }


def told_feedback(log: Log, session: str, actor: str) -> list[str]:
    """The feedback on a run of the log as lines; it is logged that it was shown."""
    made, next_ = debrief(log, Recording(log, session), actor)
    note_shown(log, made, actor)
    return feedback_lines(made, next_)
