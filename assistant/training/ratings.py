"""The reviews of one case that are named for a comparison, and the sheets that they are held against.

A session that can't count (open, declined, of another case) is refused rather than left out: whoever named it
should know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from assistant import library, recall
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.session import Session, fold
from assistant.core.text import one_line
from assistant.log import Log
from assistant.log.bundle import is_bundle, read_bundle
from assistant.log.verify import verify
from assistant.training.adjudicated import sheet_in
from assistant.training.panel import Panel, Rater, listed
from assistant.training.sheet import Sheet, read_sheet, session_of_sheet

REFERENCE = "reference.yaml"


@dataclass(frozen=True)
class Gathered:
    """The panels to be compared, what has to be said of them, and the sessions of the log that were read."""

    panels: tuple[Panel, ...]
    warnings: tuple[str, ...]
    read: tuple[str, ...]


def named(
    log_path: Path, names: Sequence[str], sheets: Sequence[Path] = (), reference: bool = False
) -> Gathered:
    """The panel of the sessions that `names` mean (of the log, or bundles), all of one case.

    `sheets` are answers files, and `reference` the case's own, to hold the reviews against. Raises `Refused`.
    """
    said = must_verify(log_path, names)
    reviews: list[Session] = []
    settled: list[Sheet] = []
    read: list[str] = []
    problems: list[Problem] = []
    for name, one in load(log_path, names):
        if isinstance(one, Refused):
            problems += one.problems
            continue
        read += [] if is_bundle(name) else [one.name if isinstance(one, Sheet) else one.id]
        if isinstance(one, Sheet):
            settled.append(one)
        else:
            reviews.append(one)
            problems += unfit(one, name)
    problems += _twice([*(one.id for one in reviews), *(one.name for one in settled)])
    if problems:
        raise Refused(*problems)
    if not reviews:
        raise refuse("Agreement is between reviewers, and no review is named.", "", "Name two sessions.")
    _same_case([*((one.rules.case.id, one.id) for one in reviews), *((s.case, s.name) for s in settled)])
    like = reviews[0]
    against = [Rater("adjudicated", "", session_of_sheet(one, like), standard=True) for one in settled]
    against += _sheets(like, sheets, reference)
    if len(reviews) + len(against) < 2:
        raise refuse(
            "One reviewer alone can't agree or disagree.",
            names[0],
            "Name a second session, or hold it against --reference or --with FILE.",
        )
    raters = [Rater(label(i), one.opened.reviewer, one) for i, one in enumerate(reviews)]
    if len(raters) == 1:
        against = [Rater(one.label, one.reviewer, one.session) for one in against]
    panel = Panel(like.rules.case.id, [*raters, *against])
    return Gathered((panel,), (*said, *said_of(panel)), tuple(read))


def label(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else label(number // 26 - 1) + letter


def must_verify(log_path: Path, names: Sequence[str]) -> list[str]:
    """What is to be said of a log whose signing key is not known here; raises `Refused` where it doesn't verify else.

    Bundles are checked as they are read: where only they are named, the log is not looked at.
    """
    if names and all(is_bundle(name) for name in names):
        return []
    failed = {
        name: verdict.says for name, verdict in verify(log_path).verdicts.items() if verdict.ok is False
    }
    stranger = failed.pop("signatures", "")
    if failed:
        raise refuse(
            "The decision log doesn't verify; what it says of any review can't be relied on.",
            one_line(str(log_path)),
            "See `imr log verify`, and go back to a backup.",
        )
    return [f"The log's signatures were not verified: {one_line(stranger)}."] if stranger else []


def load(log_path: Path, names: Iterable[str]) -> Iterator[tuple[str, Session | Sheet | Refused]]:
    """What each name means: a review, the sheet that an adjudication came to, or why it can't be read."""
    with ExitStack() as held:
        log: Log | None = None
        for name in names:
            try:
                if is_bundle(name):
                    source, session = read_bundle(Path(name))
                    with source:
                        yield name, _read(source, session)
                else:
                    log = log or held.enter_context(Log.open(log_path, write=False))
                    yield name, _read(log, log.resolve(name))
            except Refused as refused:
                yield name, refused


def _read(log: Log, session_id: str) -> Session | Sheet:
    entries = log.read(session_id)
    found = sheet_in(entries)
    if found is not None:
        return found
    begun, events = recall.begun(log, session_id, entries)
    return fold(begun, events)


def unfit(session: Session, name: str) -> list[Problem]:
    if session.status == "open":
        what = "This session is still open: its answers may yet change."
        return [Problem(what, name, f"Finish it with `imr resume {session.id}`, or leave it out.")]
    if session.status == "declined":
        return [
            Problem("This review was declined; there is no determination to compare.", name, "Leave it out.")
        ]
    return []


def _twice(ids: Sequence[str]) -> list[Problem]:
    again = dict.fromkeys(one for one in ids if ids.count(one) > 1)
    return [Problem("This session is named twice.", one, "Name each session once.") for one in again]


def _same_case(named: Sequence[tuple[str, str]]) -> None:
    cases: dict[str, list[str]] = {}
    for case, session in named:
        cases.setdefault(case, []).append(session)
    if len(cases) > 1:
        said = "; ".join(f"{one_line(case)} ({listed(ids)})" for case, ids in cases.items())
        raise refuse(
            f"These sessions are of different cases: {said}.",
            "",
            "Name sessions of one case, or compare many cases with `imr agree --cases`.",
        )


def _sheets(like: Session, sheets: Sequence[Path], reference: bool) -> list[Rater]:
    """Answers files as standards; read under the rules of a review, whose case they are of."""
    made = [_standard(one_line(path.stem, 20), path, like) for path in sheets]
    if reference:
        case = like.rules.case.id
        path = reference_of(case, like.opened.folder)
        if path is None:
            raise refuse(
                "This case has no reference to hold the reviews against.",
                one_line(case),
                "Leave --reference out, or name an answers file with --with FILE.",
            )
        made.insert(0, _standard("reference", path, like))
    return made


def _standard(name: str, path: Path, like: Session) -> Rater:
    return Rater(name, "", session_of_sheet(read_sheet(path, like), like), standard=True)


def reference_of(case: str, folder: str = "") -> Path | None:
    """The reference answers of a case: in the folder that it was reviewed from, or in the case bank."""
    folders = [Path(folder)] if folder else []
    if case in library.case_names():
        folders.append(library.folder("casebank") / case)
    return next((path for one in folders if (path := one / REFERENCE).is_file()), None)


def said_of(panel: Panel) -> Iterator[str]:
    """What makes the reviews of a panel less than alike, beside the prompts."""
    reviews = [rater for rater in panel.raters if not rater.standard]
    by_reviewer: dict[str, list[str]] = {}
    facts: dict[str, list[str]] = {}
    for rater in reviews:
        by_reviewer.setdefault(rater.reviewer, []).append(rater.label)
        facts.setdefault(rater.session.opened.pins["case"]["case.yaml"], []).append(rater.label)
    for reviewer, labels in by_reviewer.items():
        if len(labels) > 1 and reviewer:
            yield f"{listed(labels)} are by one reviewer ({reviewer}): that is agreement with oneself."
    if len(facts) > 1:
        groups = "; ".join(listed(labels) for labels in facts.values())
        yield f"{panel.case}: the case file was not the same for all ({groups})."
    trainees = [rater.label for rater in reviews if rater.session.mode == "training"]
    if trainees:
        yield f"{panel.case}: {listed(trainees)} in training; answers changed after a reveal count as changed."
