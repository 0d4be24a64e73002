"""What to practise next, from what a run missed."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.training.feedback import Feedback

_CARE = {
    "wrong-month": "Hold every proposed date against its page before you confirm it.",
    "wrong-level": "Hold every spinal level against the operative or imaging report.",
    "wrong-segment": "Ask of each study which region its page speaks of.",
    "evidence-moved": "Open the page that a proposal names, and see whether it says so.",
    "contradiction": "Read the pages, in other words than the question's, before you say that something is not documented.",
    "later-study": "Ask of each study whether the provider could have had it when the treatment was asked for.",
}


def advice(made: Feedback, others: Iterable[str] = ()) -> list[str]:
    """Sentences, the gravest first; `others` are cases with a reference that the trainee has not yet taken."""
    found = [f"{_CARE[kind]} (`imr practise {made.case} --fault {kind}`)" for kind in _missed(made)]
    if made.wrong_absences and "contradiction" not in _missed(made):
        found.append(
            "Search and read before you say that something is not documented: "
            f"{_named(row.prompt for row in made.rows if row.wrong_absences)}."
        )
    unseen = [row.prompt for row in made.rows if any(one.state == "missed" for one in row.evidence)]
    if unseen:
        found.append(f"Look for the passage behind the answer: {_named(unseen)}.")
    differing = [row.prompt for row in made.rows if row.state == "different"]
    if differing:
        found.append(f"Replay these and see why the reviewer answered otherwise: {_named(differing)}.")
    left = [row.prompt for row in made.rows if row.state == "not_asked"]
    if left:
        found.append(f"An earlier answer kept these from being asked: {_named(left)}.")
    if any(not one.same and one.theirs for one in made.decisions):
        found.append("The decision parts from the reviewer's: read what the findings rest on with `:how`.")
    other = next(iter(others), "")
    if not found:
        found.append("Nothing was missed.")
    if other:
        found.append(f"Next: `imr practise {other}`")
    elif len(made.faults) < 3 or made.caught == len(made.faults):
        found.append(f"Next: `imr practise {made.case} --faults {min(len(made.faults) + 1, 6)}`")
    return found


def _missed(made: Feedback) -> list[str]:
    return list(dict.fromkeys(fault.kind for fault, seen in made.faults if seen is not True))


def _named(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
