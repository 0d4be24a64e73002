"""The reviews of a study: what a log (and any bundles) hold of many cases, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant import recall
from assistant.core.problem import Refused, refuse
from assistant.core.session import Session
from assistant.core.text import one_line
from assistant.log import Log
from assistant.log.bundle import is_bundle
from assistant.training.panel import Panel, Rater, listed
from assistant.training.rater import Gathered, load, must_verify, reference_of, said_of, unfit
from assistant.training.sheet import Sheet, read_sheet, session_of_sheet


def study(log_path: Path, names: Sequence[str], trainees: bool = False, reference: bool = False) -> Gathered:
    """The panels of the cases in `names` (all cases of the log without any); a bundle counts for its own case.

    Each reviewer counts once for a case, with the session last worked on. Cases with a single reviewer are left
    out. Raises `Refused` where nothing is left.
    """
    bundles = [name for name in names if is_bundle(name)]
    wanted = [name for name in names if not is_bundle(name)]
    reviews = list(_bundled(log_path, bundles))
    read: list[str] = []
    said: list[str] = []
    if wanted or not bundles:
        said += must_verify(log_path, ())
        with Log.open(log_path, write=False) as log:
            read, left = _chosen(log, wanted, trainees)
            said += left
            reviews += [recall.load(log, session)[0] for session in read]
    panels = list(_panels(reviews, said))
    if reference:
        panels = [_with_reference(panel, said) for panel in panels]
    if not panels:
        raise refuse(
            "No case was reviewed by two reviewers: there is nothing to compare.",
            "",
            " ".join(said) or "See the sessions with `imr log sessions`.",
        )
    said += [text for panel in panels for text in said_of(panel)]
    return Gathered(tuple(panels), tuple(said), tuple(read))


def _bundled(log_path: Path, names: Sequence[str]) -> Iterator[Session]:
    for name, one in load(log_path, names):
        if isinstance(one, Refused):
            raise one
        if isinstance(one, Sheet):
            raise refuse("This is an adjudication, not a review.", name, "Leave it out.")
        if problems := unfit(one, name):
            raise Refused(*problems)
        yield one


def _chosen(log: Log, wanted: Sequence[str], trainees: bool) -> tuple[list[str], list[str]]:
    """The sessions of a log that count, and what is said of those that don't."""
    rows = log.sessions()
    cases = _cases(wanted, list(dict.fromkeys(row.case for row in rows)))
    rows = [row for row in rows if row.case in cases]
    chosen: dict[tuple[str, str], str] = {}
    left: Counter[str] = Counter()
    for row in rows:  # the one last worked on comes first
        key = (row.case, row.reviewer)
        if row.status != "signed":
            left[row.status] += 1
        elif row.kind == "training" and not trainees:
            left["of trainees (--trainees counts them)"] += 1
        elif key in chosen:
            left["earlier, of a reviewer who did the case again"] += 1
        else:
            chosen[key] = row.id
    said = [f"Left out: {', '.join(f'{count} {why}' for why, count in left.items())}."] if left else []
    return list(reversed(chosen.values())), said


def _cases(wanted: Sequence[str], known: Sequence[str]) -> set[str]:
    """The cases that are meant, each by its id or a unique beginning; all without any."""
    found: set[str] = set()
    for name in wanted:
        hits = [case for case in known if case == name] or [case for case in known if case.startswith(name)]
        if len(hits) != 1:
            shown = ", ".join(one_line(case) for case in hits or known[:10]) or "none"
            what = "could be several cases" if hits else "is no case that the log has sessions of"
            raise refuse(f"“{one_line(name, 80)}” {what}.", "", f"There are: {shown}.")
        found.add(hits[0])
    return found or set(known)


def _panels(reviews: Sequence[Session], said: list[str]) -> Iterator[Panel]:
    by_case: dict[str, dict[str, Session]] = {}
    for session in reviews:
        by_case.setdefault(session.rules.case.id, {})[session.opened.reviewer] = session
    alone = [case for case, held in by_case.items() if len(held) < 2]
    if alone:
        said.append(f"Left out, with a single reviewer: {listed(alone)}.")
    for case in sorted(by_case):
        if len(by_case[case]) > 1:
            yield Panel(case, [Rater(reviewer, reviewer, one) for reviewer, one in by_case[case].items()])


def _with_reference(panel: Panel, said: list[str]) -> Panel:
    like = panel.raters[0].session
    path = reference_of(panel.case, like.opened.folder)
    if path is None:
        said.append(f"{panel.case} has no reference to hold its reviews against.")
        return panel
    standard = session_of_sheet(read_sheet(path, like), like)
    return Panel(panel.case, [*panel.raters, Rater("reference", "", standard, standard=True)])
